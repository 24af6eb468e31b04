"""The statements of a search: what matches, scored and in order, with the facets of the first of it.

Everything that anybody wrote is a parameter. What is put together here are fixed pieces.
"""
# ruff: noqa: S608

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from hub.index.facets import VISIBLE, columns, grouped
from hub.index.orders import Order, Place
from hub.index.popularity import KNOWN, POPULAR, reaches, tier_mark
from hub.index.query import FACETS, Sort
from hub.index.terms import Condition, Has, demands, every, fts5, some, tsquery
from hub.index.wish import Wish

EXACT, NAME, TOPIC = 6.0, 3.0, 1.5
"""What it is worth that the text is the very name, that all its words are in the name, or in name and topic."""
SAMPLE = 500
"""Matches whose facets are counted, where there are too many to count them all."""


@dataclass
class Sql:
    """A piece of a statement and its parameters."""

    text: str
    parameters: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """`places` are the first in order; `matched` counts all of them where facets are counted."""

    places: Sequence[Place]
    matched: int = 0
    facets: Sequence[tuple[str, str, Any, int]] = ()


def fetch(
    wish: Wish,
    condition: Condition | None,
    order: Order,
    limit: int,
    after: Place | None,
    sample: int = 0,
    most: int = 0,
    least: float = 0,
    facets: Sequence[str] = FACETS,
) -> Found:
    """All that match, from the full-text index; with `most`, that many of them, whichever come first. The `facets` of
    the best `sample` are counted. `least` takes only the entries of that tier, and what is named exactly so.

    MATERIALIZED, so that Postgres puts the matches in order, rather than walk an ordered index in hope of matches.
    """
    score, where = _score(wish, order, condition), _where(wish, condition, least)
    cap = Sql(" LIMIT %s", [most]) if most else Sql("")
    head = Sql(
        f"WITH m AS MATERIALIZED (SELECT e.id, {score.text} AS score{', ' + columns(facets) if sample else ''}"
        f" FROM index_entry e WHERE {where.text}{cap.text})",
        [*score.parameters, *where.parameters, *cap.parameters],
    )
    behind = Sql(f" WHERE (score, id) {order.sign} ({order.value}, %s)", list(after)) if after else Sql("")
    rows = Sql(
        f"SELECT score, id FROM m{behind.text} ORDER BY score {order.direction}, id {order.direction} LIMIT %s",
        [*behind.parameters, limit],
    )
    if not sample:
        return Found(_run(Sql(f"{head.text} {rows.text}", head.parameters + rows.parameters)))
    return _sampled(head, rows, order, sample, facets)


def _sampled(head: Sql, rows: Sql, order: Order, count: int, facets: Sequence[str]) -> Found:
    """One statement for the places, their number and the facets: matching is what costs."""
    best = f"(SELECT * FROM m ORDER BY score {order.direction}, id {order.direction} LIMIT %s)"
    statement = Sql(
        f"{head.text}, s AS MATERIALIZED {best}, p AS MATERIALIZED ({rows.text})"
        f" SELECT 1, '', '', id, score FROM p UNION ALL SELECT 2, '', '', count(*), NULL FROM m"
        f" UNION ALL SELECT 3, facet, value, n, NULL FROM ({grouped('s', facets)}) f",
        [*head.parameters, count, *rows.parameters],
    )
    told = _run(statement)
    places = order.sorted({row[3]: row[4] for row in told if row[0] == 1})
    matched = next(row[3] for row in told if row[0] == 2)
    return Found(places, matched, [("", *row[1:4]) for row in told if row[0] == 3])


def walk(wish: Wish, order: Order, limit: int, after: Place | None, steps: int) -> Found:
    """Whatever matches among the next `steps` entries of the order, as far as `limit`; `matched` counts these."""
    behind = Sql(f"WHERE ({order.column}, e.id) {order.sign} ({order.value}, %s)", list(after)) if after else Sql("")
    where = _where(wish, wish.all)
    statement = Sql(
        f"SELECT e.score, e.id FROM (SELECT e.*, {order.column} AS score FROM index_entry e {behind.text}"
        f" ORDER BY {order.column} {order.direction}, e.id {order.direction} LIMIT %s) e"
        f" WHERE {where.text} ORDER BY e.score {order.direction}, e.id {order.direction} LIMIT %s",
        [*behind.parameters, steps, *where.parameters, limit],
    )
    places = _run(statement)
    return Found(places, len(places))


def _score(wish: Wish, order: Order, condition: Condition | None) -> Sql:
    if order.sort is not Sort.RELEVANCE or wish.any is None:
        return Sql(order.column)
    cases, parameters = [], []
    for worth, kind in ((EXACT, wish.exact), (NAME, wish.name), (TOPIC, wish.topic)):
        if kind:
            # SQLite looks each class up in the full-text index: all that is demanded anyway keeps that short.
            match = _match(kind if connection.vendor == "postgresql" else every((kind, condition)) or kind)
            cases.append(f"WHEN {match.text} THEN {worth}")
            parameters += match.parameters
    return Sql(f"e.popularity + CASE {' '.join(cases)} ELSE 0.0 END", parameters)


def _where(wish: Wish, condition: Condition | None, least: float = 0) -> Sql:
    parts = [Sql(VISIBLE)]
    if condition or least:
        parts.append(_matching(wish, condition, least))
    if wish.parameters:
        bounds = [min(max(bound, 1), 9e18) for bound in wish.parameters]
        parts.append(Sql("e.parameters BETWEEN %s AND %s", [int(bound) for bound in bounds]))
    return _both(*parts)


def _matching(wish: Wish, condition: Condition | None, least: float) -> Sql:
    """What meets the condition and is of the tier; what is named exactly so is of every tier."""
    named = every((wish.exact, wish.facts)) if wish.exact else None
    if connection.vendor != "postgresql":
        tiered = every((condition, Has(tier_mark(least)) if least else None))
        return _match(some(way for way in (tiered, named if least else None) if way))
    # Each demand for itself: Postgres walks their lists side by side. Of one expression it weighs all of it anew for
    # whatever is in one of them.
    demanded = wish.demands(condition)
    parts = [_match(demand, is_looked_up=demand != wish.checked) for demand in demanded]
    if least not in (0, KNOWN, POPULAR):
        parts.append(_match(Has(tier_mark(least))))
    if indexed := max((bound for bound in (KNOWN, POPULAR) if bound <= least), default=0):
        parts.append(Sql(reaches("e.popularity", indexed)))
    if named is None or (not least and demanded == demands(condition)):
        return _both(*parts)
    plain, exact = _both(*parts), _both(*map(_match, demands(named)))
    return Sql(f"(({plain.text}) OR ({exact.text}))", plain.parameters + exact.parameters)


def _both(*parts: Sql) -> Sql:
    return Sql(" AND ".join(part.text for part in parts), [value for part in parts for value in part.parameters])


def _match(condition: Condition, is_looked_up: bool = True) -> Sql:
    if connection.vendor == "postgresql":
        match = "e.document @@ %s::tsquery" if is_looked_up else "(e.document @@ %s::tsquery) IS TRUE"
        return Sql(match, [tsquery(condition)])
    return Sql("e.id IN (SELECT rowid FROM index_entry_fts WHERE index_entry_fts MATCH %s)", [fts5(condition)])


def _run(statement: Sql) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        rows: list[Any] = cursor.fetchall()
        return rows
