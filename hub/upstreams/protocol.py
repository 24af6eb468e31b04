"""What the hub wants to know from an upstream, and the protocol that every kind of upstream speaks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

from hub.digests import Digest
from hub.names import RepoId, RepoKind


@dataclass(frozen=True)
class CommitInfo:
    """One commit of upstream's history, as far as upstream tells it."""

    id: str
    title: str
    message: str
    date: datetime | None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class RepoInfo:
    """A repo at one pinned commit. `repo_id` is upstream's own spelling, which may differ from the one asked for."""

    kind: RepoKind
    repo_id: RepoId
    commit: str
    licence: str = ""
    gated: str = ""
    """"" where everybody may read, else upstream's word: "auto" or "manual"."""
    private: bool = False
    disabled: bool = False
    tags: tuple[str, ...] = ()
    pipeline_tag: str = ""
    library_name: str = ""
    base_models: tuple[str, ...] = ()
    created_at: datetime | None = None
    last_modified: datetime | None = None
    downloads: int = 0
    likes: int = 0
    default_ref: str = "main"
    raw: dict[str, Any] = field(default_factory=dict)
    """Upstream's answer without siblings and without xet hints: what our own info answer is made from."""


@dataclass(frozen=True)
class TreeFile:
    """A file of a commit. `oid` is the git object id (of the pointer, for an LFS file), `sha256` that of the content.

    Either may be "": Hugging Face tells no sha256 of what lies in git itself, ModelScope no object ids.
    """

    path: str
    size: int
    oid: str
    sha256: str = ""
    pointer_size: int | None = None
    last_commit: str = ""
    """The commit that last touched the file; "" where upstream does not tell."""

    @property
    def digest(self) -> Digest:
        """What the bytes must hash to."""
        return Digest.parse(f"sha256:{self.sha256}" if self.sha256 else f"git:{self.oid}")


@dataclass(frozen=True)
class TreeDirectory:
    """`oid` is the git tree's id; "" where upstream does not tell."""

    path: str
    oid: str


@dataclass(frozen=True)
class RefInfo:
    """A named revision upstream; `kind` is branch, tag, convert or pr; `name` is what people write."""

    kind: str
    name: str
    ref: str
    commit: str


@dataclass(frozen=True)
class Slice:
    """A part of an upstream's listing; "" is no condition. `since` leaves out what has not changed after it."""

    kind: RepoKind
    author: str = ""
    tag: str = ""
    task: str = ""
    search: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class ListedRepo:
    """A repo as a listing tells of it: no promise, and most of it may be missing. Numbers are 0 where not told."""

    kind: RepoKind
    repo_id: RepoId
    title: str = ""
    summary: str = ""
    task: str = ""
    library: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    base_models: tuple[str, ...] = ()
    gated: str = ""
    parameters: int = 0
    bytes: int = 0
    downloads: int = 0
    likes: int = 0
    trending: float = 0.0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    commit: str = ""


@dataclass(frozen=True)
class ListingPage:
    """`next` asks for the page behind this one, "" where there is none. `skipped` entries are odd or private.

    `cut_off` says why the upstream does not list all of the slice, "" where it does.
    """

    repos: tuple[ListedRepo, ...]
    next: str = ""
    skipped: int = 0
    cut_off: str = ""


class ByteStream(Protocol):
    """Bytes [start, start + length) of one file, straight from the socket."""

    start: int
    length: int

    def readinto(self, buffer: memoryview) -> int:
        """Fills from the start of `buffer`; 0 at the end. Raises UpstreamBroken when fewer bytes came than promised."""

    def close(self) -> None: ...

    def __enter__(self) -> "ByteStream": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class UpstreamClient(Protocol):
    """Speaks to one upstream with one token. Thread-safe. Every method raises from the UpstreamError family,
    RepoMissing, RevisionMissing or FileMissing, never a library's own exception."""

    def info(self, kind: RepoKind, repo_id: RepoId, revision: str) -> RepoInfo:
        """Pins `revision` (branch, tag, commit, refs/pr/N, "" = default) to a commit and tells the repo's facts."""

    def tree(self, kind: RepoKind, repo_id: RepoId, commit: str) -> Iterator[TreeFile | TreeDirectory]:
        """The whole tree of a commit, all pages, in upstream's order.

        Raises UpstreamGated where digests are masked: such a tree proves nothing.
        """

    def refs(self, kind: RepoKind, repo_id: RepoId) -> list[RefInfo]:
        """Branches, tags and converts."""

    def commits(self, kind: RepoKind, repo_id: RepoId, commit: str) -> list[CommitInfo]:
        """The newest commits reachable from `commit`, at most one page."""

    def open(
        self,
        kind: RepoKind,
        repo_id: RepoId,
        commit: str,
        path: str,
        size: int,
        start: int = 0,
        length: int | None = None,
    ) -> ByteStream:
        """Opens a byte range of a file whose full size is known to be `size`; redirects only to allowed hosts."""

    def list_repos(self, part: Slice, cursor: str = "") -> ListingPage:
        """One page of the upstream's listing, what changed last first. `cursor` is the `next` of the page before."""

    def check(self) -> None:
        """Raises UpstreamUnreachable or UpstreamTokenWrong where the upstream cannot be used now."""
