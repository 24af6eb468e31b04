"""Whether a search among two million answers as quickly as one among ten thousand, for eight users at once."""

from __future__ import annotations

from collections.abc import Iterator

from .databases import postgres
from .findings import Comparison, Finding, Limit, Plan, Sample
from .ground import Ground
from .inside import inside

GOAL_MS = 50.0
LISTING_MS = 150.0
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
        for name, told in found["sizes"][str(size)].items():
            title = f"search, {name}, {size:,} entries, 8 users: p95 (p50 is {told['p50']:.1f} ms)"
            yield Limit(title, Sample((told["p95"],)), most=GOAL_MS, unit=" ms")
    for name in largest:
        title = f"search, {name}: {sizes[-1]:,} entries / {sizes[0]:,} entries, p50"
        samples = Sample((largest[name]["p50"],)), Sample((smallest[name]["p50"],))
        yield Comparison(title, *samples, goal=GROWTH, more_is_better=False)
    listing = Sample((found["listing"]["p95"],))
    yield Limit(f"listing of 1,000 of {sizes[-1]:,} models: p95", listing, most=LISTING_MS, unit=" ms")
    ingest = Sample((1000 / found["ingest"],))
    title = f"taking in 1,000 new rows of a listing, beside {sizes[-1]:,}, which is {found['ingest']:,.0f} rows/s"
    yield Limit(title, ingest, most=1000 / INGEST, unit=" s")
    for name, text in found["plans"].items():
        yield Plan(f"search, {name}", text)
