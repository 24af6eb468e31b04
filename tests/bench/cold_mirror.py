"""Cold `manage.py mirror --wait` beside `hf download` straight from upstream, and the memory of the worker."""

from __future__ import annotations

from collections.abc import Iterator

from .client import download
from .findings import Comparison, Finding, Limit, Sample
from .ground import Ground, settle_disk, size_words
from .hub import hub
from .rounds import side_by_side
from .upstream import Upstream, upstream

GOAL = 1.0
MOST_MIB = 300


def measure(ground: Ground) -> Iterator[Finding]:
    sizes = ground.sizes
    for what, groups in (
        (f"1 x {size_words(sizes.cold)}", f"1x{sizes.cold}B"),
        (f"{sizes.cold_small:,} x 20 KiB", f"{sizes.cold_small}x20KiB"),
    ):
        for pace, rate in (("unlimited", 0), ("30 MB/s a connection", sizes.slow)):
            with upstream(ground, groups, rate) as source:
                yield from compare(ground, source, f"{what}, upstream {pace}")


def compare(ground: Ground, source: Upstream, what: str) -> Iterator[Finding]:
    memory: list[float] = []
    files = source.files()

    def mirror() -> float:
        with hub(ground, source) as ours:
            settle_disk()
            seconds = ours.mirror()
            memory.append(ours.worker_mib())
            return seconds

    samples = side_by_side(mirror, lambda: download(ground, source.url, files), ground.rounds)
    title = f"Cold, {what}: manage.py mirror --wait / hf download straight from upstream"
    yield Comparison(title, *samples, goal=GOAL, more_is_better=False)
    yield Limit(f"Cold, {what}: most memory of the worker", Sample(tuple(memory)), most=MOST_MIB, unit=" MiB")
