"""One family of models from both hubs, whose weights are the same on both: what leaves the upstreams for it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from .findings import Finding, Limit, Sample
from .ground import Ground, size_words
from .hub import Hub, hub
from .modelscope import behind, modelscope
from .upstream import Upstream, upstream

FAMILY = ("bench/base", "bench/chat")
SHARDS, SMALL = 4, 20
MOST = 1.01


def measure(ground: Ground) -> Iterator[Finding]:
    size = ground.sizes.peer
    groups = f"{SHARDS}x{size}B,{SMALL}x20KiB"
    with upstream(ground, groups, repos=FAMILY) as one, modelscope(ground, groups, FAMILY) as other:
        for repo in FAMILY:
            make_it_another(other, repo)
        other.forget()
        for how, at_once in (("one after the other", 1), ("at once", 2 * len(FAMILY))):
            ratios = [ratio(ground, one, other, at_once) for _ in range(ground.rounds)]
            what = f"A family of {len(FAMILY)} with {SHARDS} x {size_words(size)} from both hubs, {how}"
            yield Limit(f"{what}: bytes that left upstream / bytes held", Sample(tuple(ratios)), most=MOST)


def make_it_another(source: Upstream, repo: str) -> None:
    """As on the real hub, the README differs and there is a file more."""
    files = {"README.md": f"# {repo} on ModelScope\n", "configuration.json": json.dumps({"framework": "pytorch"})}
    body = json.dumps({"repo": repo, "files": files}).encode()
    with urllib.request.urlopen(f"{source.control}/__control__/commit", body, timeout=60) as answer:
        assert answer.status == 200


def ratio(ground: Ground, one: Upstream, other: Upstream, at_once: int) -> float:
    with hub(ground, one, more=behind(other)) as ours:
        for source in (one, other):
            source.forget()
        names = [f"{kind}:{repo}" for repo in FAMILY for kind in ("huggingface", "modelscope")]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(ours.mirror, names))
        return (sent_by(one) + sent_by(other)) / held_by(ours)


def sent_by(source: Upstream) -> int:
    """Everything, with listings and facts."""
    return sum(origin["bytes"] for origin in source.counters().values())


def held_by(ours: Hub) -> int:
    """The store keeps each digest once."""
    return sum(path.stat().st_size for path in (ours.data / "blobs").rglob("*") if path.is_file())
