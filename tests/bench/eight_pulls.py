"""Eight cold `hf download` of the same repo at once through the hub: how many copies leave upstream."""

from __future__ import annotations

from collections.abc import Iterator

from .client import begin, finish
from .findings import Finding, Limit, Sample
from .ground import Ground
from .hub import hub
from .upstream import Upstream, upstream

PULLS = 8
SMALL = 10


def measure(ground: Ground) -> Iterator[Finding]:
    size = ground.sizes.peer
    with upstream(ground, f"1x{size}B,{SMALL}x20KiB") as source:
        rounds = [count_copies(ground, source, size) for _ in range(ground.rounds)]
    big, small = (Sample(tuple(values)) for values in zip(*rounds, strict=True))
    yield Limit(f"{PULLS} cold pulls at once: copies of the big file that left upstream", big, most=1, least=1)
    yield Limit(f"{PULLS} cold pulls at once: most copies of a small file that left upstream", small, most=1, least=1)


def count_copies(ground: Ground, source: Upstream, size: int) -> tuple[float, float]:
    with hub(ground, source) as ours:
        source.forget()
        pull_at_once(ground, ours.url)
        big = source.counters()["cdn"]["bytes"] / size
        return big, most_copies(source)


def pull_at_once(ground: Ground, endpoint: str) -> None:
    with ground.folder("clients") as folder:
        clients = [begin(endpoint, folder / str(number)) for number in range(PULLS)]
        for client in clients:
            finish(client)


def most_copies(source: Upstream) -> float:
    """Of any small file: how often its content was sent."""
    sent: dict[str, int] = {}
    for entry in source.requests():
        path = entry["target"].partition("?")[0]
        if entry["method"] == "GET" and entry["status"] in (200, 206) and path.endswith(".txt"):
            sent[path] = sent.get(path, 0) + 1
    return max(sent.values())
