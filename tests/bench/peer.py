"""olah beside us on the same upstream, with the same clients. Ahead means: a rate above its, a time below its."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from .asker import ask
from .client import download
from .findings import Comparison, Finding, Sample
from .ground import Ground, size_words
from .hub import hub
from .olah import VERSION, olah
from .rounds import side_by_side
from .upstream import REPO, Upstream, upstream

BIG = "group-0/part-00000.safetensors"
SMALL = "group-0/part-00000.txt"
OUR_NAME = f"hub / olah {VERSION}"


@dataclass(frozen=True)
class Requests:
    """What is asked for, in what words."""

    words: str
    target: str
    method: str = "GET"
    byte_range: str = ""


SMALL_REQUESTS = (
    Requests("HEAD of a small file", f"/{REPO}/resolve/main/{SMALL}", "HEAD"),
    Requests("GET of a small file", f"/{REPO}/resolve/main/{SMALL}"),
    Requests("model info", f"/api/models/{REPO}"),
)
RANGES = (Requests("64 KiB range of a big file", f"/{REPO}/resolve/main/{BIG}", byte_range="bytes=1048576-1114111"),)


def measure(ground: Ground) -> Iterator[Finding]:
    sizes = ground.sizes
    yield from repo(ground, f"{sizes.peer_small}x20KiB", f"{sizes.peer_small} small files", SMALL_REQUESTS)
    yield from repo(ground, f"1x{sizes.peer}B", f"1 x {size_words(sizes.peer)}", RANGES)


def repo(ground: Ground, groups: str, words: str, requests: tuple[Requests, ...]) -> Iterator[Finding]:
    with upstream(ground, groups) as source:
        download(ground, source.url)
        yield from cold(ground, source, words)
        yield from warm(ground, source, words, requests)


def cold(ground: Ground, source: Upstream, words: str) -> Iterator[Finding]:
    def through_the_hub() -> float:
        with hub(ground, source) as ours:
            return download(ground, ours.url)

    def through_olah() -> float:
        with olah(ground, source) as theirs:
            return download(ground, theirs)

    samples = side_by_side(through_the_hub, through_olah, ground.rounds)
    yield ahead(f"hf download, cold, {words}: {OUR_NAME}, seconds", samples, more_is_better=False)


def warm(ground: Ground, source: Upstream, words: str, requests: tuple[Requests, ...]) -> Iterator[Finding]:
    with ExitStack() as servers:
        ours = servers.enter_context(hub(ground, source)).url
        theirs = servers.enter_context(olah(ground, source))
        for endpoint in (ours, theirs):
            download(ground, endpoint)
        samples = side_by_side(timed(ground, ours), timed(ground, theirs), ground.rounds)
        yield ahead(f"hf download, warm, {words}: {OUR_NAME}, seconds", samples, more_is_better=False)
        for one in requests:
            samples = side_by_side(rate(ground, ours, one), rate(ground, theirs, one), ground.rounds)
            yield ahead(f"{one.words}, warm: {OUR_NAME}, requests per second", samples, more_is_better=True)


def timed(ground: Ground, endpoint: str) -> Callable[[], float]:
    return lambda: download(ground, endpoint)


def rate(ground: Ground, endpoint: str, asked: Requests) -> Callable[[], float]:
    return lambda: ask(ground.sizes.seconds, endpoint, [asked.target], asked.method, asked.byte_range).rate


def ahead(title: str, samples: tuple[Sample, Sample], more_is_better: bool) -> Comparison:
    return Comparison(title, *samples, goal=1.0, more_is_better=more_is_better)
