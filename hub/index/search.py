"""Finds entries by words and facts, the best first, in a time that hardly depends on how many there are.

A search looks no further than it must. What is expected to match little is fetched whole. Of what matches much, the
most popular are looked at first, tier by tier, until nothing that is less popular could come before the last of the
page. Facets are counted over the same matches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from hub.index.expected import FEW, Expected
from hub.index.facets import apart, counted_before, sheet
from hub.index.lookup import among
from hub.index.matching import NAME, SAMPLE, TOPIC, Found, fetch, walk
from hub.index.models import Entry
from hub.index.orders import Order, Place
from hub.index.popularity import TIERS
from hub.index.query import CHOICES, FACETS, YES_OR_NO, Facets, Page, Query, Sort
from hub.index.spelling import corrected
from hub.index.terms import Condition, is_open
from hub.index.wish import Wish, wish_of
from hub.upstreams.models import Upstream

MOST = 10_000
"""Places that are looked at for one page, what is skipped included."""
TIER_STEP = 4
"""How much fewer matches are expected after a tier that had too few."""
UNCOUNTED_TIERS = (5.0, 4.0, 3.0, 2.0)
ENOUGH = 100
"""So many of the most popular matches say more than many of any kind."""
WALK = 3
"""How many times as far as expected is looked."""
MOST_STEPS = 10_000_000


def search(
    query: Query,
    limit: int,
    after: str = "",
    facets: bool = False,
    skip: int = 0,
    count: bool = True,
    forgiving: bool = True,
) -> Page:
    """At most `limit` entries behind the place `after` of an earlier page, without the first `skip` of them; `facets`
    counts them too. Without `count`, `total` is only what came to light anyway.

    What matches nothing is searched for again, its last word as the beginning of one, then, for the `forgiving`, with
    its words corrected.
    Raises BadInput for an `after` that no page gave.
    """
    order = Order(query.sort, query.ascending and query.sort is not Sort.RELEVANCE)
    place = order.place_of(after)
    looked = min(MOST, skip + limit)
    wish = wish_of(query, prefix=query.prefix)
    finding, asked = _find(query, wish, order, looked, place, facets or count), query
    if not finding.places and wish.words and place is None:
        finding, asked = _find_otherwise(query, finding, order, looked, facets or count, forgiving)
    page = finding.places[skip:looked]
    more = len(finding.places) > looked and looked < MOST
    return Page(
        _entries(page),
        finding.total,
        exact=finding.exact,
        after=order.text_of(page[-1]) if more and page else "",
        corrected=asked.text if asked.text != query.text else "",
        facets=_with_other_choices(asked, finding.facets) if facets else Facets({}),
    )


@dataclass
class _Finding:
    """`places` has one more than was asked for, where there is one."""

    places: list[Place] = field(default_factory=list)
    total: int = 0
    exact: bool = False
    facets: Facets = field(default_factory=lambda: Facets({}))


def _find_otherwise(
    query: Query, nothing: _Finding, order: Order, limit: int, count: bool, forgiving: bool
) -> tuple[_Finding, Query]:
    """What is found, and what was asked for instead."""
    for other in _other_queries(query, forgiving):
        found = _find(other, wish_of(other, prefix=other.prefix), order, limit, None, count)
        if found.places:
            return found, other
    return nothing, query


def _other_queries(query: Query, forgiving: bool) -> Iterator[Query]:
    yield replace(query, prefix=True)
    if forgiving and (text := corrected(query.text)):
        yield replace(query, text=text)


def _with_other_choices(query: Query, facets: Facets) -> Facets:
    """What else could be chosen: a facet with a choice is counted as if there were none, so that a second licence can
    be chosen beside the first."""
    counts, exact = dict(facets.counts), facets.exact
    for facet, name in CHOICES.items():
        if getattr(query, name) in (None, (), []):
            continue
        nothing: Any = None if facet in YES_OR_NO else ()
        other = replace(query, **{name: nothing})
        found = _find(other, wish_of(other, prefix=other.prefix), Order(Sort.RELEVANCE), 0, None, True, [facet])
        counts[facet], exact = found.facets.counts.get(facet, ()), exact and found.facets.exact
    return Facets(counts, exact)


def _find(
    query: Query,
    wish: Wish,
    order: Order,
    limit: int,
    after: Place | None,
    count: bool,
    facets: Sequence[str] = FACETS,
) -> _Finding:
    counted = counted_before([str(kind) for kind in query.kinds], wish) if count else None
    if counted:
        all_facets, total = counted
        return _Finding(_Search(wish, order, limit + 1, after).page(), total, True, all_facets)
    return _Search(wish, order, limit + 1, after, facets).finding(count)


class _Search:
    """One search: how it looks depends on how much it expects to match."""

    def __init__(
        self, wish: Wish, order: Order, limit: int, after: Place | None, facets: Sequence[str] = FACETS
    ) -> None:
        self.order, self.limit, self.after, self.facets = order, limit, after, facets
        self.expected = Expected([wish.all, wish.topic, wish.name])
        self.wish = replace(wish, checked=self._better_checked(wish.demands(wish.all)))
        self.matches = self.expected.matches(wish.all)

    def _better_checked(self, demanded: Sequence[Condition]) -> Condition | None:
        """The beginning of a word, where the rest leaves little: all that begins so is read before anything else."""
        rest = [self.expected.matches(demand) for demand in demanded if not is_open(demand)]
        return next(filter(is_open, demanded), None) if rest and min(rest) <= FEW else None

    def finding(self, count: bool) -> _Finding:
        """The page, and what is counted."""
        if self.wish.all and self.matches <= FEW:
            found = self._fetch(self.wish.all, sample=FEW if count else 0)
            return _counted(found.places, found, found.matched, is_all=True)
        if self.order.sort is Sort.RELEVANCE:
            places, best = self._most_popular(SAMPLE if count else 0)
        else:
            places, best = self._walked(), Found(())
            if count:
                best = _Search(self.wish, Order(Sort.RELEVANCE), 0, None, self.facets)._most_popular(SAMPLE)[1]
        if count and self.wish.all and best.matched < ENOUGH:
            some_of_it = self._fetch(self.wish.all, sample=FEW, most=FEW + 1)
            if some_of_it.matched <= FEW:
                return _counted(places, some_of_it, some_of_it.matched, is_all=True)
            best = some_of_it
        return _counted(places, best, best.matched, is_all=False)

    def page(self) -> list[Place]:
        """Only the page."""
        return list(self.finding(count=False).places)

    def _most_popular(self, wanted: int) -> tuple[list[Place], Found]:
        """The page by relevance, and the tier that has about as many matches as wanted."""
        places: dict[int, Any] = {}
        best, bound, share = Found(()), float("inf"), self._share(self.wish.all)
        while wanted and (least := self._tier(share, wanted, below=bound - self._worth)):
            best = self._fetch(self.wish.all, sample=wanted, least=least)
            places, bound = _merged(places, best), least + self._worth
            if best.matched >= min(wanted, ENOUGH):
                break
            share, wanted = best.matched / max(1, self.expected.tier(least)), 2 * ENOUGH
        if self.limit and not self._is_full(places, bound):
            self._fill(places, bound - self._worth)
        return self.order.sorted(places)[: self.limit], best

    @property
    def _worth(self) -> float:
        """What an entry that is not in the tier may have beyond its popularity."""
        return NAME if self.wish.any else 0

    def _is_full(self, places: Mapping[int, Any], bound: float) -> bool:
        """Nothing that was not looked at can come before the last of the page."""
        return len(places) >= self.limit and self.order.sorted(places)[self.limit - 1][0] >= bound

    def _fill(self, places: dict[int, Any], popularity: float) -> None:
        """Adds what is less popular, class by class: what is in none of those before is worth less."""
        if self.wish.any is None:
            places.update(_merged(places, Found(self._walked())))
            return
        for kind, worth, rest in (
            (self.wish.name, NAME, TOPIC),
            (self.wish.topic, TOPIC, 0.0),
            (self.wish.any, 0.0, -float("inf")),
        ):
            if condition := self.wish.within(kind):
                places.update(_merged(places, Found(self._of_class(condition, worth))))
            if self._is_full(places, popularity + rest):
                return

    def _of_class(self, condition: Condition, worth: float) -> list[Place]:
        """The page, if only these were there: in a class, what is more popular comes first."""
        least, share = float("inf"), self._share(condition)
        while self.expected.matches(condition) > FEW and (least := self._tier(share, WALK * self.limit, least, worth)):
            found = self._fetch(condition, least=least)
            if len(found.places) >= self.limit and found.places[self.limit - 1][0] >= least + worth:
                return list(found.places)
            share = min(share / TIER_STEP, len(found.places) / max(1, self.expected.tier(least)))
        return list(self._fetch(condition).places)

    def _share(self, condition: Condition | None) -> float:
        return self.expected.matches(condition) / max(1, self.expected.total)

    def _tier(self, share: float, wanted: int, below: float, worth: float | None = None) -> float:
        """The smallest of the tiers below one that should have as many matches as wanted behind the place, if that
        share of it matches; 0 where none has."""
        if not self.expected.is_counted:
            return next((least for least in UNCOUNTED_TIERS if least < below), 0)
        above = self._before(self._worth if worth is None else worth)
        sizes = ((least, self.expected.tier(least) - above) for least in TIERS if least < below)
        return next((least for least, size in sizes if size * share >= wanted), 0)

    def _before(self, worth: float) -> int:
        """How many entries are too popular to be behind the place, whatever their words."""
        if self.after is None or self.order.sort is not Sort.RELEVANCE:
            return 0
        return max((self.expected.tier(least) for least in TIERS if least >= self.after[0] - worth), default=0)

    def _walked(self) -> list[Place]:
        """The page of an order that is an index: entries are read in that order, as long as many of them match."""
        share = self.matches / max(1, self.expected.total) if self.expected.is_counted else 0.02
        steps = int(WALK * self.limit / max(share, 1e-9)) + 100
        if self.wish.all is None or steps <= self.matches:
            found = walk(self.wish, self.order, self.limit, self.after, steps)
            if len(found.places) == self.limit or steps >= self.expected.total:
                return list(found.places)
        if self.wish.all is None:
            return list(walk(self.wish, self.order, self.limit, self.after, MOST_STEPS).places)
        return list(self._fetch(self.wish.all).places)

    def _fetch(self, condition: Condition | None, sample: int = 0, most: int = 0, least: float = 0) -> Found:
        return fetch(self.wish, condition, self.order, self.limit, self.after, sample, most, least, self.facets)


def _merged(places: Mapping[int, Any], found: Found) -> dict[int, Any]:
    return {**places, **{pk: score for score, pk in found.places}}


def _counted(places: Sequence[Place], found: Found, total: int, is_all: bool) -> _Finding:
    facets = [(facet, value, n) for (_, facet, value), n in apart(found.facets).items()]
    return _Finding(list(places), max(total, len(places)), is_all, sheet(facets, is_all and total <= FEW))


def _entries(places: Sequence[Place]) -> list[Entry]:
    """The rows in that order; one that was deleted in between is left out."""
    where, parameters = among("id", [pk for _, pk in places])
    found = Entry.objects.raw(f"SELECT {_columns()} FROM index_entry WHERE {where}", parameters)  # noqa: S608
    rows = {entry.pk: entry for entry in found} if places else {}
    # A thousand entries come from two or three upstreams: a join would make a thousand of them.
    upstreams = Upstream.objects.in_bulk() if rows else {}
    for entry in rows.values():
        entry.upstream = upstreams[entry.upstream_id]
    return [rows[pk] for _, pk in places if pk in rows]


def _columns() -> str:
    named = (field.column or "" for field in Entry._meta.concrete_fields if field.name != "words")
    return ", ".join(map(connection.ops.quote_name, named))
