"""What is searched for, and what is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hub.index.models import Entry
from hub.names import RepoKind


class Sort(StrEnum):
    """`trending` counts what is pulled here first, then what the upstream says is trending."""

    RELEVANCE = "relevance"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    UPDATED = "updated"
    CREATED = "created"
    SIZE = "size"
    TRENDING = "trending"


@dataclass(frozen=True)
class Query:
    """Every condition must hold; within one, any of its values does. Empty conditions hold always. `tags` must all be
    there. `sizes` are names of SIZE_CLASSES, `parameters` bounds the number of parameters."""

    text: str = ""
    kinds: Sequence[RepoKind] = ()
    upstreams: Sequence[str] = ()
    authors: Sequence[str] = ()
    tasks: Sequence[str] = ()
    libraries: Sequence[str] = ()
    licences: Sequence[str] = ()
    languages: Sequence[str] = ()
    sizes: Sequence[str] = ()
    tags: Sequence[str] = ()
    parameters: tuple[float, float] | None = None
    held: bool | None = None
    gated: bool | None = None
    sort: Sort = Sort.RELEVANCE
    ascending: bool = False
    prefix: bool = False
    """Somebody is still writing: the last word may be the beginning of one."""


GB = 1_000_000_000
SIZE_CLASSES: Mapping[str, tuple[int, int]] = {
    "under-1gb": (1, GB),
    "1-10gb": (GB, 10 * GB),
    "10-50gb": (10 * GB, 50 * GB),
    "50-200gb": (50 * GB, 200 * GB),
    "over-200gb": (200 * GB, 1 << 62),
}
"""Bytes: from, below."""

FACETS = ("held", "kind", "upstream", "task", "library", "licence", "language", "size", "gated")
"""What `facets` counts; `held` and `gated` have the values "yes" and "no"."""
YES_OR_NO = ("held", "gated")
CHOICES: Mapping[str, str] = {
    "held": "held",
    "kind": "kinds",
    "upstream": "upstreams",
    "task": "tasks",
    "library": "libraries",
    "licence": "licences",
    "language": "languages",
    "size": "sizes",
    "gated": "gated",
}
"""Which condition of a Query is a choice in which facet."""


@dataclass(frozen=True)
class Facets:
    """`counts[facet]` are (value, how many), the most frequent first; of a facet with a choice, how many there would be
    with another one instead. Not exact: counted over the most popular only."""

    counts: Mapping[str, Sequence[tuple[str, int]]]
    exact: bool = True


@dataclass(frozen=True)
class Page:
    """`after` asks for the next page, "" where this is the last. `total` is a lower bound where it is not exact.

    `corrected` is the text that was searched for instead, where nothing matched what was written.
    """

    entries: Sequence[Entry]
    total: int
    exact: bool = True
    after: str = ""
    corrected: str = ""
    facets: Facets = field(default_factory=lambda: Facets({}))
