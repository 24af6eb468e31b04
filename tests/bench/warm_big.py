"""Warm GET of a big file: the hub beside nginx with sendfile on the same stored file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .findings import Comparison, Finding
from .ground import Ground, size_words
from .hub import hub
from .nginx import nginx
from .reader import curl, read
from .rounds import side_by_side
from .upstream import REPO, upstream

Reader = Callable[[str, int, int], float]
"""Bytes per second of so many streams, so many times in a row."""
GOAL = 0.95
READS = 8
"""Of the whole file in each round, at once or one after the other: a single one ends too soon to be compared."""
ROUNDS = 3
"""For each round of the other rows."""
BIG = "group-0/part-00000.safetensors"


def measure(ground: Ground) -> Iterator[Finding]:
    size = ground.sizes.warm
    with upstream(ground, f"1x{size}B") as source, hub(ground, source) as ours:
        ours.mirror()
        stored = ours.stored(size)
        with nginx(ground, stored.parent) as theirs:
            addresses = f"{ours.url}/{REPO}/resolve/main/{BIG}", f"{theirs}/{stored.name}"
            for streams in (1, 8):
                yield compare(ground, addresses, streams, "curl", curl)
                yield compare(ground, addresses, streams, "a reader that drops the bytes unread", read)


def compare(
    ground: Ground, addresses: tuple[str, str], streams: int, who: str, reader: Reader, us: str = "hub"
) -> Comparison:
    ours, theirs = addresses
    times = READS // streams
    for address in addresses:  # The first read fills the page cache.
        reader(address, 1, 1)
    samples = side_by_side(
        lambda: reader(ours, streams, times), lambda: reader(theirs, streams, times), ROUNDS * ground.rounds
    )
    what = f"GET {size_words(ground.sizes.warm)}, warm, {streams} stream{'s' if streams > 1 else ''}, {who}"
    return Comparison(f"{what}: {us} / nginx, bytes per second", *samples, goal=GOAL, more_is_better=True)
