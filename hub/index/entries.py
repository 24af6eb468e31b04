"""From what a listing tells to rows: in batches, with one read and at most two writes for each."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from hub.index.models import PULLED, Entry
from hub.index.popularity import popularity_of, tiers_of
from hub.index.words import WORDLESS, words_of
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ListedRepo

BATCH = 1000

Place = tuple[str, str]
"""Kind and key."""

_TEXTS = ("title", "summary", "task", "library", "licence", "commit")
_LISTS = ("languages", "tags", "base_models")
_NUMBERS = ("parameters", "bytes", "downloads", "likes")
_TIMES = ("created_at", "updated_at")
_KEPT = frozenset((*_TEXTS, *_LISTS, *_NUMBERS, *_TIMES))
"""Where a listing does not tell one of these, what was known before stays."""
_HELD_KNOWS = frozenset(
    ("title", "summary", "task", "library", "licence", "languages", "base_models", "gated", "parameters", "bytes")
)
"""Read from the files of a held copy, and closer to the truth than what a listing says about them."""
_FACTS = ("namespace", "name", *_TEXTS, *_LISTS, *_NUMBERS, *_TIMES, "gated", "trending")
_WRITTEN = (*_FACTS, "words", "popularity", "seen_at", "vanished_at")
_PLACE = ("kind", "key", "upstream_id")


@dataclass(frozen=True)
class Taken:
    """How many entries are new, have changed, or are the same as before; `skipped` were in the listing twice, or of
    no use."""

    new: int = 0
    changed: int = 0
    same: int = 0
    skipped: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.skipped + other.skipped,
        )

    @property
    def total(self) -> int:
        return self.new + self.changed + self.same


Seen = Callable[[list[int]], object]
"""Hears the numbers of entries that are the same as before, inside of the transaction that writes the others."""


def take_in(
    upstream: Upstream, repos: Iterable[ListedRepo], now: datetime | None = None, seen: Seen = lambda pks: None
) -> Taken:
    """Writes what is new or has changed; `seen` hears of the rest. Whoever was said to have vanished and is listed
    again is back. Each batch is a transaction, or part of the caller's.

    A row that is the same is not even marked as seen: with all its indexes, that would cost as much as a change.
    """
    taken, moment = Taken(), now or timezone.now()
    for batch in _batches(repos):
        taken += _take_batch(upstream, batch, moment, seen)
    return taken


def _batches(repos: Iterable[ListedRepo]) -> Iterator[list[ListedRepo]]:
    remaining = iter(repos)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _take_batch(upstream: Upstream, batch: Sequence[ListedRepo], now: datetime, seen: Seen) -> Taken:
    listed = {_place(repo): repo for repo in reversed(batch)}
    with transaction.atomic():
        _commit_lightly()
        known = _known(upstream, listed)
        facts = {place: _facts(repo) for place, repo in listed.items()}
        news = [row["pk"] for place, row in known.items() if _news(row, facts[place])]
        fresh = [_finished(_entry(upstream, place, facts[place]), upstream) for place in facts.keys() - known.keys()]
        wordless = list[Entry]()
        worded = list(fresh)
        for entry in _locked(news):
            (wordless if _change(entry, facts[entry.kind, entry.key], upstream) else worded).append(entry)
        _write(worded, now, _WRITTEN)
        _write(wordless, now, tuple(name for name in _WRITTEN if name != "words"))
        told = set(news)
        if same := [row["pk"] for row in known.values() if row["pk"] not in told]:
            seen(same)
    return Taken(len(fresh), len(worded) - len(fresh) + len(wordless), len(same), len(batch) - len(listed))


def _commit_lightly() -> None:
    """What a crash of the database takes back of the last moments is read again, as is the place of the next page."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '64MB'")


def _place(repo: ListedRepo) -> Place:
    return (repo.kind.value, repo.repo_id.key)


def _known(upstream: Upstream, listed: Mapping[Place, ListedRepo]) -> dict[Place, dict[str, Any]]:
    """The rows there are, as far as they are compared. Plain values: most of them are the same, and need no more."""
    kinds, keys = {kind for kind, _ in listed}, [key for _, key in listed]
    rows = Entry.objects.filter(upstream=upstream, kind__in=kinds, key__in=keys).order_by()
    found = rows.values("pk", "kind", "key", "held", "vanished_at", *_FACTS)
    return {place: row for row in found if (place := (row["kind"], row["key"])) in listed}


def _locked(pks: Sequence[int]) -> QuerySet[Entry]:
    """Locked in the order of their pks, and read again: a repo may just have come to be held."""
    rows = Entry.objects.filter(pk__in=pks).select_related("repo").order_by("pk")
    # The texts that search reads are large, and made anew.
    return rows.defer("words").select_for_update(of=("self",)) if pks else rows.none()


def _facts(repo: ListedRepo) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(repo, name) for name in (*_NUMBERS, *_TIMES)}
    facts |= {name: _clean(getattr(repo, name)) for name in (*_TEXTS, "gated")}
    facts |= {name: [_clean_often(word) for word in getattr(repo, name)] for name in _LISTS}
    facts["trending"] = min(max(repo.trending, 0.0), PULLED - 1) if isfinite(repo.trending) else 0.0
    return facts | {"namespace": repo.repo_id.namespace, "name": repo.repo_id.name}


def _clean(text: str) -> str:
    """Without what no database stores: NUL, and halves of characters."""
    if text.isprintable():
        return text
    return text.replace("\0", "").encode(errors="ignore").decode()


_clean_often = lru_cache(maxsize=50_000)(_clean)


def _news(row: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are to be changed, and how."""
    news = {
        name: value
        for name, value in facts.items()
        if value != row[name]
        and (value or name not in _KEPT)
        and not (row["held"] and row[name] and name in _HELD_KNOWS)
    }
    if "trending" in news:
        # How often it was pulled here is nothing that upstream knows.
        trending = row["trending"] // PULLED * PULLED + facts["trending"]
        news.pop("trending") if trending == row["trending"] else news.update(trending=trending)
    if row["vanished_at"]:
        news["vanished_at"] = None
    return news


def _entry(upstream: Upstream, place: Place, facts: Mapping[str, Any]) -> Entry:
    kind, key = place
    return Entry(upstream=upstream, kind=kind, key=key, **facts)


def _change(entry: Entry, facts: Mapping[str, Any], upstream: Upstream) -> bool:
    """Whether the words stay as they are."""
    tiers, news = tiers_of(entry.popularity), _news(vars(entry), facts)
    for name, value in news.items():
        setattr(entry, name, value)
    entry.popularity = popularity_of(entry)
    if WORDLESS.issuperset(news) and tiers_of(entry.popularity) == tiers:
        entry.words = ""
        return True
    entry.words = words_of(entry, upstream.slug)
    return False


def _finished(entry: Entry, upstream: Upstream) -> Entry:
    entry.words = words_of(entry, upstream.slug)
    entry.popularity = popularity_of(entry)
    return entry


def _write(entries: Sequence[Entry], now: datetime, columns: Sequence[str]) -> None:
    """One statement for new and changed rows: an UPDATE of many rows with other values each is far slower.

    In one order everywhere, so that two who write the same new entries do not wait for each other.
    """
    for entry in entries:
        # The database finds a row that was read by its upstream and id. What is held is nothing that is written.
        entry.pk = None
        entry.repo = None
        entry.seen_at = now
    ordered = sorted(entries, key=lambda entry: (entry.kind, entry.key))
    if connection.vendor == "postgresql":
        _write_json(ordered, columns)
        return
    Entry.objects.bulk_create(
        ordered,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["kind", "key", "upstream"],
        update_fields=list(columns),
    )


def _write_json(entries: Sequence[Entry], columns: Sequence[str]) -> None:
    """The same in a fifth of the time: Postgres reads the rows out of one parameter."""
    if not entries:
        return
    names = (*_PLACE, "held", *_WRITTEN)
    rows = json.dumps([{name: getattr(entry, name) for name in names} for entry in entries], default=str)
    listed, changed = ", ".join(names), ", ".join(f"{name} = EXCLUDED.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO index_entry ({listed}) SELECT {listed}"  # noqa: S608 (names of columns)
            f" FROM json_populate_recordset(NULL::index_entry, %s::json)"
            f" ON CONFLICT ({', '.join(_PLACE)}) DO UPDATE SET {changed}",
            [rows],
        )
