"""`hf download` of a warm repo with many small files and a big one: through the hub beside straight from upstream."""

from __future__ import annotations

from collections.abc import Iterator

from .client import download
from .findings import Comparison, Finding, Limit, Sample
from .ground import Ground, size_words
from .hub import hub
from .rounds import side_by_side
from .upstream import upstream

GOAL = 1.0


def measure(ground: Ground) -> Iterator[Finding]:
    sizes = ground.sizes
    with upstream(ground, f"1x{sizes.warm}B,{sizes.small}x20KiB") as source, hub(ground, source) as ours:
        ours.mirror()
        files = source.files()
        download(ground, source.url, files)
        asked: list[float] = []

        def through_the_hub() -> float:
            source.forget()
            seconds = download(ground, ours.url, files)
            asked.append(len(source.requests()))
            return seconds

        samples = side_by_side(through_the_hub, lambda: download(ground, source.url, files), ground.rounds)
        what = f"hf download, warm, {sizes.small} small files + {size_words(sizes.warm)}"
        yield Comparison(f"{what}: through the hub / straight from upstream", *samples, goal=GOAL, more_is_better=False)
        yield Limit(f"{what}: requests that upstream got", Sample(tuple(asked)), most=0)
