"""Whether a search among two million answers as quickly as one among ten thousand, for eight users at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .databases import postgres
from .findings import Comparison, Finding, Limit, Plan, Sample
from .ground import Ground
from .inside import inside

GOAL_MS = 50.0
LISTING_MS = 150.0
PAGE_MS = 100.0
INGEST = 2000.0
GROWTH = 6.0
"""How much slower the largest may be than the smallest, which is two hundred times as small."""


def measure(ground: Ground) -> Iterator[Finding]:
    sizes = ground.sizes.indexed
    with postgres() as url, ground.folder("search") as folder:
        environment = {"HUB_DATABASE_URL": url, "HUB_DATA_DIR": str(folder), "HUB_ADMIN_PASSWORD": "needs no password"}
        found = inside("search_inside", environment, *map(str, sizes))
    smallest, largest = found["sizes"][str(sizes[0])], found["sizes"][str(sizes[-1])]
    for size in sizes:
        yield from _searches(size, found["sizes"][str(size)])
    for name in largest:
        title = f"search, {name}: {sizes[-1]:,} entries / {sizes[0]:,} entries, p50"
        samples = Sample((largest[name]["p50"],)), Sample((smallest[name]["p50"],))
        yield Comparison(title, *samples, goal=GROWTH, more_is_better=False)
    yield from _answers(sizes[-1], found)
    for name, rate in found["ingest"].items():
        title = f"taking in 1,000 new rows of {name}, beside {sizes[-1]:,}, which is {rate:,.0f} rows/s"
        yield Limit(title, Sample((1000 / rate,)), most=1000 / INGEST, unit=" s")
    yield from _on_sqlite(ground)
    for name, text in found["plans"].items():
        yield Plan(f"search, {name}", text)


def _on_sqlite(ground: Ground) -> Iterator[Finding]:
    size = ground.sizes.indexed_in_sqlite
    with ground.folder("search") as folder:
        found = inside(
            "search_inside", {"HUB_DATA_DIR": str(folder), "HUB_ADMIN_PASSWORD": "needs no password"}, str(size)
        )
    yield from _searches(size, found["sizes"][str(size)], " on SQLite")
    yield from _answers(size, found, " on SQLite")


def _searches(size: int, searches: Mapping[str, Mapping[str, float]], where: str = "") -> Iterator[Finding]:
    for name, told in searches.items():
        title = f"search, {name}, {size:,} entries{where}, 8 users: p95 (p50 is {told['p50']:.1f} ms)"
        yield Limit(title, Sample((told["p95"],)), most=GOAL_MS, unit=" ms")


def _answers(size: int, found: Mapping[str, Mapping[str, float]], where: str = "") -> Iterator[Finding]:
    listing, pages = found["listing"], found["pages"]
    title = f"listing of 1,000 of {size:,} models{where}: p95 (p50 is {listing['p50']:.1f} ms)"
    yield Limit(title, Sample((listing["p95"],)), most=LISTING_MS, unit=" ms")
    title = f"page of what is found among {size:,}{where}: p95 (p50 is {pages['p50']:.1f} ms)"
    yield Limit(title, Sample((pages["p95"],)), most=PAGE_MS, unit=" ms")
