"""Repositories of the fake hub, with real git identities: files, commits, branches, tags, pull requests."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from .identity import commit_oid, object_oid, pointer_text, tree_oids
from .sources import InMemory, OnDisk, Source

Kind = Literal["model", "dataset", "space"]
Gated = Literal[False, "auto", "manual"]
Content = bytes | str | Path | Source

LFS_THRESHOLD = 10 << 20
# The suffixes that the .gitattributes of a new repository hands to git-lfs.
LFS_SUFFIXES = frozenset(
    [
        ".7z",
        ".arrow",
        ".bin",
        ".bz2",
        ".ckpt",
        ".ftz",
        ".gguf",
        ".gz",
        ".h5",
        ".joblib",
        ".mlmodel",
        ".model",
        ".msgpack",
        ".npy",
        ".npz",
        ".onnx",
        ".ot",
        ".parquet",
        ".pb",
        ".pickle",
        ".pkl",
        ".pt",
        ".pth",
        ".rar",
        ".safetensors",
        ".tar",
        ".tflite",
        ".tgz",
        ".wasm",
        ".xz",
        ".zip",
        ".zst",
    ]
)
AUTHOR_EMAIL = "users.noreply"


@dataclass(frozen=True, eq=False)
class RepoFile:
    """One file of one commit. `lfs` decides whether git holds the bytes or only a pointer to them."""

    source: Source
    lfs: bool

    @property
    def size(self) -> int:
        return self.source.size

    @cached_property
    def pointer(self) -> bytes:
        return pointer_text(self.source.sha256, self.size)

    @cached_property
    def oid(self) -> str:
        return object_oid("blob", self.pointer) if self.lfs else self.source.blob_oid

    @property
    def etag(self) -> str:
        return self.source.sha256 if self.lfs else self.oid

    @cached_property
    def xet_hash(self) -> str:
        """Not a real xet hash: nothing here speaks xet, it only has to be stable and to have the right length."""
        return hashlib.sha256(b"xet:" + self.source.sha256.encode()).hexdigest()


def as_source(content: Content) -> Source:
    if isinstance(content, Source):
        return content
    if isinstance(content, Path):
        return OnDisk(content)
    return InMemory(content.encode() if isinstance(content, str) else content)


def is_lfs_by_rule(path: str, size: int) -> bool:
    return size > LFS_THRESHOLD or Path(path).suffix.lower() in LFS_SUFFIXES


def repo_file(path: str, content: Content | RepoFile, lfs: bool | None = None) -> RepoFile:
    """A file as the hub would store it; `lfs` overrules the rule of suffix and size."""
    if isinstance(content, RepoFile):
        return content
    source = as_source(content)
    return RepoFile(source, is_lfs_by_rule(path, source.size) if lfs is None else lfs)


@dataclass(frozen=True, eq=False)
class Commit:
    files: Mapping[str, RepoFile]
    parents: tuple[Commit, ...]
    author: str
    date: datetime
    message: str

    @cached_property
    def directories(self) -> dict[str, str]:
        return tree_oids({path: file.oid for path, file in self.files.items()})

    @cached_property
    def oid(self) -> str:
        author = f"{self.author} <{self.author}@{AUTHOR_EMAIL}>"
        parents = [parent.oid for parent in self.parents]
        return commit_oid(self.directories[""], parents, author, int(self.date.timestamp()), self.message)

    @property
    def history(self) -> list[Commit]:
        commits = [self]
        while commits[-1].parents:
            commits.append(commits[-1].parents[0])
        return commits

    def identity_of(self, path: str) -> str | None:
        file = self.files.get(path)
        return file.oid if file else self.directories.get(path)

    def last_change_of(self, path: str) -> Commit:
        """The newest commit since which the path has been what it is now."""
        here = self.identity_of(path)
        changed = self
        for commit in self.history:
            if commit.identity_of(path) != here:
                break
            changed = commit
        return changed


@dataclass
class FakeRepo:
    """A repository of the hub. Build it from files, then add commits, branches, tags and pull requests."""

    id: str
    files: Mapping[str, Content | RepoFile] = field(default_factory=dict)
    kind: Kind = "model"
    card: dict[str, Any] = field(default_factory=dict)
    gated: Gated = False
    private: bool = False
    disabled: bool = False
    aliases: Collection[str] = ()
    downloads: int = 0
    likes: int = 0
    trending: int = 0
    created: datetime = datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC)
    unsafe_files: Collection[str] = ()
    details: dict[str, Any] = field(default_factory=dict)
    author: str = ""
    message: str = "initial commit"

    branches: dict[str, Commit] = field(init=False, default_factory=dict)
    tags: dict[str, Commit] = field(init=False, default_factory=dict)
    pull_requests: dict[int, Commit] = field(init=False, default_factory=dict)
    converts: dict[str, Commit] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.commit(self.files, message=self.message, date=self.created)

    @property
    def namespace(self) -> str:
        return self.id.split("/")[0] if "/" in self.id else ""

    @cached_property
    def internal_id(self) -> str:
        """The 24 hex digits of the database that the hub shows as `_id`."""
        return hashlib.sha256(f"{self.kind}:{self.id}".encode()).hexdigest()[:24]

    @property
    def head(self) -> Commit:
        return self.branches["main"]

    def commit(
        self,
        changes: Mapping[str, Content | RepoFile | None],
        message: str = "Update files",
        branch: str = "main",
        date: datetime | None = None,
    ) -> Commit:
        """Put a commit on a branch; a path with None is deleted."""
        branch = self._branch_called(branch)
        self.branches[branch] = self._next(self.branches.get(branch), changes, message, date)
        return self.branches[branch]

    def rewrite(
        self,
        changes: Mapping[str, Content | RepoFile | None],
        message: str = "Squash everything",
        branch: str = "main",
    ) -> Commit:
        """A force-push: the branch becomes one commit without parents; what only it led to can no longer be found."""
        branch = self._branch_called(branch)
        files: dict[str, Content | RepoFile | None] = {**self.branches[branch].files, **changes}
        self.branches[branch] = self._next(None, files, message, None)
        return self.branches[branch]

    def _branch_called(self, name: str) -> str:
        """On ModelScope `main` goes by the name of `master`."""
        return "main" if name == "master" and name not in self.branches and self.branches else name

    def remove_branch(self, name: str) -> None:
        del self.branches[name]

    def branch(self, name: str, at: str = "main") -> Commit:
        self.branches[name] = self._known(at)
        return self.branches[name]

    def tag(self, name: str, at: str = "main") -> Commit:
        self.tags[name] = self._known(at)
        return self.tags[name]

    def pull_request(self, number: int, changes: Mapping[str, Content | RepoFile | None]) -> Commit:
        self.pull_requests[number] = self._next(self.head, changes, f"Pull request {number}", None)
        return self.pull_requests[number]

    def convert(self, name: str, files: Mapping[str, Content | RepoFile]) -> Commit:
        self.converts[name] = self._next(None, files, f"Convert to {name}", self.created)
        return self.converts[name]

    def _next(
        self,
        parent: Commit | None,
        changes: Mapping[str, Content | RepoFile | None],
        message: str,
        date: datetime | None,
    ) -> Commit:
        files = dict(parent.files) if parent else {}
        for path, content in changes.items():
            if content is None:
                files.pop(path, None)
            else:
                files[path] = repo_file(path, content)
        when = date or (parent.date + timedelta(hours=1) if parent else self.created)
        author = self.author or self.namespace or self.id
        return Commit(files, (parent,) if parent else (), author, when, message)

    def _known(self, revision: str) -> Commit:
        commit = self.find_revision(revision)
        if commit is None:
            raise KeyError(f"{self.id} has no revision {revision}")
        return commit

    @property
    def named_refs(self) -> dict[str, Commit]:
        """Every name a revision may be asked by, short names before long ones."""
        refs: dict[str, Commit] = {f"refs/heads/{name}": commit for name, commit in self.branches.items()}
        refs |= {f"refs/tags/{name}": commit for name, commit in self.tags.items()}
        refs |= {f"refs/pr/{number}": commit for number, commit in self.pull_requests.items()}
        refs |= {f"refs/convert/{name}": commit for name, commit in self.converts.items()}
        return self.tags | self.branches | {"HEAD": self.head} | refs

    def find_revision(self, name: str) -> Commit | None:
        refs = self.named_refs
        if name in refs:
            return refs[name]
        if not 7 <= len(name) <= 40 or set(name) - set("0123456789abcdef"):
            return None
        commits = (commit for tip in refs.values() for commit in tip.history)
        return next((commit for commit in commits if commit.oid.startswith(name)), None)
