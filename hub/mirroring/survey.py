"""What upstream says about a wish: the pinned commit, the facts, the whole tree. Network only, no rows are written."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Lock
from typing import Any

from hub.errors import UpstreamBroken, UpstreamError
from hub.mirroring.models import Request
from hub.mirroring.patterns import Patterns
from hub.names import RepoId, RepoKind, is_commit
from hub.policy.verdicts import Facts
from hub.upstreams.protocol import CommitInfo, RepoInfo, TreeDirectory, TreeFile, UpstreamClient
from hub.upstreams.registry import client_for

CODE_SUFFIXES = frozenset({".py", ".ipynb", ".sh"})
PICKLE_SUFFIXES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy"})


@dataclass(frozen=True)
class Survey:
    """A repo at a pinned commit. `ref_kind` is branch, tag, pr or convert; "" where a commit was asked for."""

    info: RepoInfo
    files: tuple[TreeFile, ...]
    directories: tuple[TreeDirectory, ...]
    ref_kind: str

    def wanted(self, patterns: Patterns) -> list[TreeFile]:
        return [file for file in self.files if patterns.wants(file.path)]


def survey(request: Request, commit: str = "") -> Survey:
    """Pins the request's revision and lists its tree; with `commit`, that very commit or nothing.

    Raises RepoMissing, RevisionMissing or from the UpstreamError family.
    """
    client = client_for(request.upstream)
    kind, repo_id = RepoKind(request.kind), RepoId.parse(request.repo_id)
    info = client.info(kind, repo_id, commit or request.ref)
    if commit and info.commit != commit:
        # It was let in by its commit, so what a careless upstream shows instead has been seen by nobody.
        raise UpstreamBroken(
            f"upstream shows commit {info.commit[:12]} of {repo_id} where {commit[:12]} was let in",
            "it is asked again by itself; something in between may ignore revisions",
        )
    key = (request.upstream_id, kind.value, info.repo_id.key, info.commit)
    files, directories = _trees.get(key) or _trees.keep(key, _listing(client.tree(kind, info.repo_id, info.commit)))
    return Survey(info, files, directories, _ref_kind(client, request, info))


def history(request: Request, info: RepoInfo) -> list[dict[str, Any]]:
    """The newest commits as they go into a Revision row; the pinned commit alone where upstream does not tell."""
    try:
        commits = client_for(request.upstream).commits(info.kind, info.repo_id, info.commit)
    except UpstreamError:
        commits = []
    known = commits or [CommitInfo(info.commit, "", "", info.last_modified)]
    return [
        {
            "id": commit.id,
            "title": commit.title,
            "message": commit.message,
            "date": commit.date.isoformat() if commit.date else None,
            "authors": list(commit.authors),
        }
        for commit in known
    ]


def facts_for_policy(request: Request, found: Survey, patterns: Patterns) -> Facts:
    wanted = found.wanted(patterns)
    return Facts(
        upstream=request.upstream.slug,
        kind=request.kind,
        repo_id=str(found.info.repo_id),
        licence=found.info.licence,
        bytes=sum(file.size for file in wanted),
        gated=bool(found.info.gated),
        suffixes=frozenset(PurePosixPath(file.path).suffix.lower() for file in wanted),
    )


def facts_for_people(found: Survey, patterns: Patterns) -> dict[str, Any]:
    """What an admin decides by, as JSON: sizes in bytes, formats as suffix -> [files, bytes]."""
    wanted, info = found.wanted(patterns), found.info
    formats: dict[str, list[int]] = {}
    for file in wanted:
        entry = formats.setdefault(PurePosixPath(file.path).suffix.lower() or "(none)", [0, 0])
        entry[0] += 1
        entry[1] += file.size
    return {
        "licence": info.licence,
        "gated": info.gated,
        "private": info.private,
        "bytes": sum(file.size for file in wanted),
        "files": len(wanted),
        "files_in_repo": len(found.files),
        "formats": formats,
        "tags": list(info.tags)[:100],
        "pipeline_tag": info.pipeline_tag,
        "library_name": info.library_name,
        "base_models": list(info.base_models),
        "last_modified": info.last_modified.isoformat() if info.last_modified else None,
        "downloads": info.downloads,
        "likes": info.likes,
        "has_code": [file.path for file in wanted if PurePosixPath(file.path).suffix.lower() in CODE_SUFFIXES][:50],
        "has_pickles": [file.path for file in wanted if PurePosixPath(file.path).suffix.lower() in PICKLE_SUFFIXES][
            :50
        ],
        "ref_kind": found.ref_kind,
        "default_ref": info.default_ref,
    }


def _ref_kind(client: UpstreamClient, request: Request, info: RepoInfo) -> str:
    """Only upstream knows whether `v1.0` is a branch or a tag; an abbreviated commit is neither."""
    ref = request.ref
    if ref in ("", "main", info.default_ref):
        return "branch"
    if is_commit(ref):
        return ""
    for prefix, kind in (("refs/pr/", "pr"), ("refs/convert/", "convert")):
        if ref.startswith(prefix):
            return kind
    return next((known.kind for known in client.refs(info.kind, info.repo_id) if known.name == ref), "")


Listing = tuple[tuple[TreeFile, ...], tuple[TreeDirectory, ...]]


def _listing(entries: Iterable[TreeFile | TreeDirectory]) -> Listing:
    files: list[TreeFile] = []
    directories: list[TreeDirectory] = []
    for entry in entries:
        if isinstance(entry, TreeFile):
            files.append(entry)
        else:
            directories.append(entry)
    return tuple(files), tuple(directories)


class _Trees:
    """The last few trees: a commit's tree never changes, and the plan follows the look within moments."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, str, str, str], Listing] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[int, str, str, str]) -> Listing | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: tuple[int, str, str, str], listing: Listing) -> Listing:
        with self._lock:
            self._kept[key] = listing
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return listing

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


_trees = _Trees()


def forget_trees() -> None:
    """For tests, which begin with other rows and another upstream each."""
    _trees.forget()
