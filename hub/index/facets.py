"""How many entries have which task, licence, language, …: counted by the database, with fixed statements."""
# ruff: noqa: S608

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from hub.index.models import FacetCount
from hub.index.query import FACETS, SIZE_CLASSES, Facets
from hub.index.terms import words_in
from hub.index.wish import Wish

MOST_VALUES = 50
"""Of a facet; the rest are rare."""

_SIZE = (
    "CASE WHEN e.bytes <= 0 THEN '' "
    + " ".join(f"WHEN e.bytes < {below} THEN '{name}'" for name, (_, below) in SIZE_CLASSES.items())
    + " ELSE '' END"
)
COLUMNS: Mapping[str, str] = {
    "held": "CASE WHEN e.held THEN 'yes' ELSE 'no' END",
    "kind": "e.kind",
    "upstream": "e.upstream_id",
    "task": "e.task",
    "library": "e.library",
    "licence": "e.licence",
    "size": _SIZE,
    "gated": "CASE WHEN e.gated <> '' THEN 'yes' ELSE 'no' END",
    "language": "CAST(e.languages AS text)",
}
"""The value of each facet in SQL, of the table `e`. Languages are a list, and taken apart when they are counted: most
entries have the same few lists."""
VISIBLE = "(e.vanished_at IS NULL OR e.held)"


def columns(names: Iterable[str] = FACETS) -> str:
    """What `grouped` counts, of the table `e`."""
    return ", ".join(f"{COLUMNS[name]} AS f_{name}" for name in names)


def grouped(rows: str, names: Sequence[str] = FACETS, by: str = "''") -> str:
    """The statement that counts the `columns` of `rows`: (by, facet, value, count), in one pass on Postgres."""
    if connection.vendor != "postgresql":
        parts = (
            f"SELECT {by} AS b, '{name}' AS facet, {_told(name)} AS value, count(*) AS n FROM {rows}"
            f" GROUP BY {by}, f_{name}"
            for name in names
        )
        return " UNION ALL ".join(parts)
    facet = "CASE " + " ".join(f"WHEN GROUPING(f_{name}) = 0 THEN '{name}'" for name in names) + " END"
    value = "COALESCE(" + ", ".join(_told(name) for name in names) + ")"
    sets = ", ".join(f"({by}, f_{name})" if by != "''" else f"(f_{name})" for name in names)
    columns = f"{by} AS b, {facet} AS facet, {value} AS value, count(*) AS n"
    return f"SELECT {columns} FROM {rows} GROUP BY GROUPING SETS ({sets})"


def _told(name: str) -> str:
    """The value of a group as people know it."""
    return "(SELECT u.slug FROM upstreams_upstream u WHERE u.id = f_upstream)" if name == "upstream" else f"f_{name}"


def apart(counted: Iterable[tuple[str, str, Any, int]]) -> Counter[tuple[str, str, str]]:
    """(by, facet, value) with their counts, each language for itself."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for by, facet, value, count in counted:
        for one in _codes(value) if facet == "language" else (value,):
            if one:
                counts[by, facet, one] += count
    return counts


@lru_cache(maxsize=10_000)
def _codes(languages: str) -> frozenset[str]:
    return frozenset(str(code)[:100] for code in json.loads(languages))


def sheet(counted: Iterable[tuple[str, str, int]], exact: bool) -> Facets:
    """From (facet, value, count)."""
    counts: dict[str, list[tuple[str, int]]] = {facet: [] for facet in FACETS}
    for facet, value, count in counted:
        if value:
            counts[facet].append((value, count))
    for values in counts.values():
        values.sort(key=lambda one: (-one[1], one[0]))
        del values[MOST_VALUES:]
    return Facets(counts, exact)


def counted_before(kinds: Sequence[str], wish: Wish) -> tuple[Facets, int] | None:
    """The facets and the number of all entries, or of those of one kind, as counted last. None where more is asked, or
    nothing was counted yet."""
    if wish.any or wish.parameters or len(kinds) > 1 or not _asks_for_kinds_only(kinds, wish):
        return None
    rows = FacetCount.objects.filter(kind=kinds[0] if kinds else "").order_by()
    counted = list(rows.values_list("facet", "value", "count"))
    total = sum(count for facet, _, count in counted if facet == "kind")
    return (sheet(counted, exact=True), total) if counted else None


def _asks_for_kinds_only(kinds: Sequence[str], wish: Wish) -> bool:
    return wish.facts is None or (len(kinds) == 1 and words_in(wish.facts) == {f"=kind/{kinds[0]}"})


def count_everything() -> list[tuple[str, str, str, int]]:
    """(kind, facet, value, count) over all entries; kind "" is all of them together."""
    with connection.cursor() as cursor:
        # Not the column itself: Postgres would take the facet of that name for the same one.
        rows = f"(SELECT e.kind || '' AS of_kind, {columns()} FROM index_entry e WHERE {VISIBLE}) r"
        cursor.execute(grouped(rows, by="of_kind"))
        counts = apart(cursor.fetchall())
    for (_, facet, value), count in list(counts.items()):
        counts["", facet, value] += count
    return _most_frequent([(*place, count) for place, count in counts.items()])


def _most_frequent(rows: list[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int]]:
    kept: list[tuple[str, str, str, int]] = []
    seen: dict[tuple[str, str], int] = {}
    for row in sorted(rows, key=lambda row: -row[3]):
        place = row[0], row[1]
        seen[place] = seen.get(place, 0) + 1
        if seen[place] <= MOST_VALUES:
            kept.append(row)
    return kept
