"""Whether a catalog of a million files answers as one of ten thousand does."""

from __future__ import annotations

from collections.abc import Iterator

from .databases import postgres
from .findings import Comparison, Finding, Plan, Sample
from .ground import Ground
from .inside import inside

SMALL = 10_000
GOAL = 1.5


def measure(ground: Ground) -> Iterator[Finding]:
    files = ground.sizes.catalog
    with postgres() as url, ground.folder("catalog") as folder:
        environment = {"HUB_DATABASE_URL": url, "HUB_DATA_DIR": str(folder), "HUB_ADMIN_PASSWORD": "needs no password"}
        found = inside("catalog_inside", environment, str(SMALL), str(files))
    for step in ("resolve", "tree", "publish"):
        title = (
            f"{step}, nothing remembered, Postgres: {files:,} files and {files // 5:,} blobs / {SMALL:,} files, seconds"
        )
        samples = Sample((found["large"][step],)), Sample((found["small"][step],))
        yield Comparison(title, *samples, goal=GOAL, more_is_better=False)
    for name, text in found["plans"].items():
        yield Plan(name, text)
