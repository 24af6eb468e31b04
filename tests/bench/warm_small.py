"""Warm HEAD and GET of small files beside an empty view of the same server, and how late the late ones are."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from .asker import CONNECTIONS, Load, ask
from .findings import Comparison, Finding, Sample
from .ground import Ground
from .hub import Hub, hub
from .rounds import side_by_side
from .upstream import REPO, upstream

GOAL = 0.6
LATE = 5
EMPTY = "/-/bench/empty"


def measure(ground: Ground) -> Iterator[Finding]:
    groups = f"{ground.sizes.small}x20KiB"
    with upstream(ground, groups) as source, hub(ground, source, "tests.bench.settings") as ours:
        ours.mirror()
        targets = resolve_targets(ours)
        for method in ("HEAD", "GET"):
            yield from compare(ground, ours, method, targets)


def resolve_targets(ours: Hub) -> list[str]:
    """Each file by branch, as hf_hub_download asks, and by commit, as snapshot_download does."""
    revisions = ("main", ours.commit())
    return [f"/{REPO}/resolve/{name}/{quote(path)}" for path in ours.paths() for name in revisions]


def compare(ground: Ground, ours: Hub, method: str, targets: list[str]) -> Iterator[Finding]:
    loads: list[Load] = []

    def small_files() -> float:
        loads.append(ask(ground.sizes.seconds, ours.url, targets, method))
        return loads[-1].rate

    def empty_view() -> float:
        return ask(ground.sizes.seconds, ours.url, [EMPTY], method).rate

    empty_view(), small_files()
    loads.clear()
    samples = side_by_side(small_files, empty_view, ground.rounds)
    title = f"{method} of small files, warm, {CONNECTIONS} connections: hub / an empty view, requests per second"
    yield Comparison(title, *samples, goal=GOAL, more_is_better=True)
    title = f"{method} of small files, warm, {CONNECTIONS} connections: p99 / p50 of the time that a request takes"
    late = Sample(tuple(load.p99 for load in loads)), Sample(tuple(load.p50 for load in loads))
    yield Comparison(title, *late, goal=LATE, more_is_better=False)
