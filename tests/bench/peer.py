"""Other mirrors beside us, same upstream, same clients. Ahead means: a rate above theirs, a time below theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import olah, pulp
from .asker import ask
from .client import download
from .findings import Comparison, Finding, Sample
from .ground import Ground, size_words
from .hub import hub
from .rounds import side_by_side
from .upstream import FIRST, REPO, Upstream, upstream

Endpoint = Callable[[], AbstractContextManager[str]]
"""A mirror that holds nothing yet; its address for HF_ENDPOINT."""


@dataclass(frozen=True)
class Peer:
    """How a mirror is called, and what has to run once for all of its endpoints."""

    name: str
    standing: Callable[[Ground, Upstream], AbstractContextManager[Endpoint]]
    flat: bool = False
    """It finds no files in folders, so the repo has none."""

    @property
    def first(self) -> str:
        """Where the first file is, without its ending."""
        return f"/{REPO}/resolve/main/group-0{'-' if self.flat else '/'}part-00000"


@contextmanager
def _olah(ground: Ground, source: Upstream) -> Iterator[Endpoint]:
    yield lambda: olah.olah(ground, source)


@contextmanager
def _pulp(ground: Ground, source: Upstream) -> Iterator[Endpoint]:
    """A start takes a minute, so a fresh remote of one pulp stands for a fresh pulp. That is so in the first round
    alone: afterwards it has the bytes. Other bytes in each round would mend it."""
    with pulp.pulp(ground, source) as running:

        @contextmanager
        def fresh() -> Iterator[str]:
            yield running.endpoint()

        yield fresh


OLAH = Peer(f"olah {olah.VERSION}", _olah)
# Asked for a listing of the whole, pulp asks the hub without the words of the question, and gets that of the top.
PULP = Peer(f"pulp_hugging_face {pulp.VERSION}", _pulp, flat=True)


@dataclass(frozen=True)
class Requests:
    """What is asked for, in what words."""

    words: str
    target: str
    method: str = "GET"
    byte_range: str = ""


def measure(ground: Ground, peer: Peer = OLAH) -> Iterator[Finding]:
    sizes = ground.sizes
    small, big = f"{peer.first}.txt", f"{peer.first}.safetensors"
    requests = (
        Requests("HEAD of a small file", small, "HEAD"),
        Requests("GET of a small file", small),
        Requests("model info", f"/api/models/{REPO}"),
    )
    ranges = (Requests("64 KiB range of a big file", big, byte_range="bytes=1048576-1114111"),)
    yield from repo(ground, peer, f"{sizes.peer_small}x20KiB", f"{sizes.peer_small} small files", requests)
    big_file = f"1x{sizes.peer}B", f"1 x {size_words(sizes.peer)}"
    yield from repo(ground, peer, *big_file, ranges)
    yield from from_afar(ground, peer, *big_file)


def measure_pulp(ground: Ground) -> Iterator[Finding]:
    yield from measure(ground, PULP)


def repo(ground: Ground, peer: Peer, groups: str, words: str, requests: tuple[Requests, ...]) -> Iterator[Finding]:
    with upstream(ground, groups, flat=peer.flat) as source, peer.standing(ground, source) as endpoint:
        download(ground, source.url, source.files())
        names = f"hub / {peer.name}"
        yield from cold(ground, source, endpoint, words, names)
        yield from warm(ground, source, endpoint, words, names, requests)


def from_afar(ground: Ground, peer: Peer, groups: str, words: str) -> Iterator[Finding]:
    """The upstream of the other rows is as quick as loopback. Those out there give a connection its share."""
    rate = ground.sizes.slow
    with upstream(ground, groups, rate, flat=peer.flat) as source, peer.standing(ground, source) as endpoint:
        words = f"{words}, upstream {rate // 1_000_000} MB/s a connection"
        yield from cold(ground, source, endpoint, words, f"hub / {peer.name}")


def cold(ground: Ground, source: Upstream, endpoint: Endpoint, words: str, names: str) -> Iterator[Finding]:
    files = source.files()

    def through_the_hub() -> float:
        with hub(ground, source) as ours:
            return second(ground, source, ours.url, files)

    def through_the_peer() -> float:
        with endpoint() as theirs:
            return second(ground, source, theirs, files)

    samples = side_by_side(through_the_hub, through_the_peer, ground.rounds)
    yield ahead(f"hf download, cold, {words}: {names}, seconds", samples, more_is_better=False)


def second(ground: Ground, source: Upstream, endpoint: str, files: Mapping[str, int]) -> float:
    """What a mirror loads and connects for the first repo of its life is not compared: pulp's has begun long before."""
    download(ground, endpoint, source.files(FIRST), FIRST)
    return download(ground, endpoint, files)


def warm(
    ground: Ground, source: Upstream, endpoint: Endpoint, words: str, names: str, requests: tuple[Requests, ...]
) -> Iterator[Finding]:
    with ExitStack() as servers:
        ours = servers.enter_context(hub(ground, source)).url
        theirs = servers.enter_context(endpoint())
        files = source.files()
        for each in (ours, theirs):
            download(ground, each, files)
        samples = side_by_side(timed(ground, ours, files), timed(ground, theirs, files), ground.rounds)
        yield ahead(f"hf download, warm, {words}: {names}, seconds", samples, more_is_better=False)
        for one in requests:
            samples = side_by_side(rate(ground, ours, one), rate(ground, theirs, one), ground.rounds)
            yield ahead(f"{one.words}, warm: {names}, requests per second", samples, more_is_better=True)


def timed(ground: Ground, endpoint: str, files: Mapping[str, int]) -> Callable[[], float]:
    return lambda: download(ground, endpoint, files)


def rate(ground: Ground, endpoint: str, asked: Requests) -> Callable[[], float]:
    target = urlsplit(endpoint).path + asked.target
    return lambda: ask(ground.sizes.seconds, endpoint, [target], asked.method, asked.byte_range).rate


def ahead(title: str, samples: tuple[Sample, Sample], more_is_better: bool) -> Comparison:
    return Comparison(title, *samples, goal=1.0, more_is_better=more_is_better)
