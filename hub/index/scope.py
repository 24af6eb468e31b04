"""Which parts of the upstreams' catalogs are indexed: HUB_INDEX and its kin, as slices of listings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

from hub.names import RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import Slice

KINDS = (RepoKind.MODEL.value, RepoKind.DATASET.value)
ON, OFF = "on", "off"


@dataclass(frozen=True)
class Part:
    """A slice of one upstream."""

    upstream: Upstream
    slice: Slice


def parts() -> list[Part]:
    """Everything that is to be indexed, each part once: an upstream's whole catalog includes its slices."""
    upstreams = Upstream.objects.filter(enabled=True)
    return [part for upstream in upstreams if is_indexed(upstream.slug) for part in _of(upstream)]


def is_indexed(slug: str) -> bool:
    """Whether HUB_INDEX lets the upstream be asked."""
    words = [word.lower() for word in settings.INDEX]
    return OFF not in words and (ON in words or slug.lower() in words)


def _of(upstream: Upstream) -> Iterator[Part]:
    for kind in (RepoKind(kind) for kind in KINDS if kind in settings.INDEX_KINDS):
        if settings.INDEX_ALL:
            yield Part(upstream, Slice(kind))
            continue
        for author in _words(settings.INDEX_AUTHORS, upstream.slug):
            yield Part(upstream, Slice(kind, author=author))
        for tag in _words(settings.INDEX_TAGS, upstream.slug):
            yield Part(upstream, Slice(kind, tag=tag))
        for task in _words(settings.INDEX_TASKS, upstream.slug):
            yield Part(upstream, Slice(kind, task=task))


def _words(words: Sequence[str], slug: str) -> list[str]:
    """Those for this upstream: `huggingface:Qwen` is for huggingface alone, and tags have colons of their own."""
    slugs = set(Upstream.objects.values_list("slug", flat=True)) if any(":" in word for word in words) else set()
    chosen: dict[str, str] = {}
    for word in words:
        bound, colon, rest = word.partition(":")
        if colon and bound in slugs:
            word = rest if bound == slug else ""
        if word:
            chosen.setdefault(word.lower(), word)
    return list(chosen.values())


def name_of(part: Slice) -> str:
    """For people: `models of Qwen`, `datasets tagged gguf`, `all models`."""
    conditions = [
        words
        for words, value in (
            (f"of {part.author}", part.author),
            (f"tagged {part.tag}", part.tag),
            (f"for {part.task}", part.task),
        )
        if value
    ]
    return f"{part.kind.plural} {' '.join(conditions)}" if conditions else f"all {part.kind.plural}"
