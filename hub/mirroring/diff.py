"""What an update would change: upstream's new commit against the one that readers get now."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from hub.blobs.models import Blob
from hub.catalog.models import Ref, Repo, RepoFile, Revision
from hub.errors import HubError, RevisionMissing
from hub.mirroring.models import Request
from hub.mirroring.patterns import Patterns
from hub.mirroring.survey import CODE_SUFFIXES, PICKLE_SUFFIXES, Survey
from hub.names import RepoId, RepoKind, is_commit
from hub.upstreams.registry import client_for

BATCH = 5000
MOST_PATHS = 50
"""Paths of each sort that are kept for people; the counts are of all."""

COMMITS_PAGE = 50
"""A history that upstream tells in fewer commits than this has been told to its end."""


@dataclass(frozen=True)
class _Held:
    size: int
    digest: str
    has_bytes: bool


def held_revision(request: Request) -> Revision | None:
    """What readers of the request's ref get now; None where nothing is held under it, or a commit was asked for."""
    repo = held_repo(request)
    if repo is None or is_commit(request.ref):
        return None
    ref = Ref.objects.filter(repo=repo, name=request.ref or repo.default_ref).select_related("revision__repo").first()
    return ref.revision if ref and ref.revision.published_at else None


def held_repo(request: Request) -> Repo | None:
    """The repo's row, by upstream's spelling or by the one it was asked for."""
    rows = Repo.objects.filter(upstream_id=request.upstream_id, kind=request.kind)
    keys = [request.repo_id.lower(), request.key]
    by_key = {repo.key: repo for repo in rows.filter(key__in=keys).select_related("upstream")}
    return next((by_key[key] for key in keys if key in by_key), None)


def change_of(request: Request, found: Survey) -> dict[str, Any] | None:
    """The difference as JSON for the request's facts; None where nothing is held yet, or the commit is the same.

    Paths and counts are of the wanted files; `bytes_to_fetch` is what no blob that is held can spare. May ask upstream
    for its history, and writes nothing.
    """
    held = held_revision(request)
    if held is None or held.commit == found.info.commit:
        return None
    change = _files(held, found, Patterns.of(request.include, request.exclude))
    told = held.told or {"licence": held.repo.licence, "gated": held.repo.gated}
    return {
        "from": held.commit,
        "to": found.info.commit,
        **change,
        "licence": _pair(told["licence"], found.info.licence),
        "gated": _pair(told["gated"], found.info.gated),
        "rewritten": is_rewritten(request, held.commit, found.info.commit),
    }


def is_rewritten(request: Request, before: str, after: str) -> bool:
    """Whether upstream's history no longer leads to `before`: a force-push. False where upstream does not tell."""
    client, kind = client_for(request.upstream), RepoKind(request.kind)
    repo_id = RepoId.parse(request.repo_id)
    try:
        told = client.commits(kind, repo_id, after)
        if any(commit.id == before for commit in told):
            return False
        if told and len(told) < COMMITS_PAGE:
            return True
        client.info(kind, repo_id, before)
    except RevisionMissing:
        return True
    except HubError:
        return False
    return False


def in_words(change: dict[str, Any]) -> str:
    """One line for a terminal or a list."""
    counts = [f"{change[sort]} {sort}" for sort in ("added", "changed", "removed") if change[sort]]
    parts = [", ".join(counts) or "no file differs", f"{change['bytes_to_fetch'] / 1e6:,.1f} MB to fetch"]
    pairs = [(name, change[name]) for name in ("licence", "gated") if change[name]]
    parts += [f"{name}: {before or 'none'} -> {after or 'none'}" for name, (before, after) in pairs]
    parts += [f"new {name}: {', '.join(change[name][:3])}" for name in ("code", "pickles") if change[name]]
    return "; ".join([*parts, *(["history was rewritten"] if change["rewritten"] else [])])


def _pair(before: str, after: str) -> list[str] | None:
    return None if before == after else [before, after]


def _files(held: Revision, found: Survey, patterns: Patterns) -> dict[str, Any]:
    old = {path: file for path, file in _old_files(held) if patterns.wants(path)}
    new = {file.path: file for file in found.wanted(patterns)}
    added = [path for path in new if path not in old]
    changed = [path for path, file in new.items() if path in old and str(file.digest) != old[path].digest]
    removed = [path for path in old if path not in new]
    unsure = {str(new[path].digest): new[path].size for path in (*added, *changed)}
    unsure |= {one.digest: one.size for path, one in old.items() if path in new and not one.has_bytes}
    missing = unsure.keys() - _held_digests(unsure)
    fresh = [*added, *changed]
    return {
        "added": len(added),
        "changed": len(changed),
        "removed": len(removed),
        "paths": {"added": added[:MOST_PATHS], "changed": changed[:MOST_PATHS], "removed": removed[:MOST_PATHS]},
        "files_to_fetch": len(missing),
        "bytes_to_fetch": sum(unsure[digest] for digest in missing),
        "bytes": [sum(one.size for one in old.values()), sum(file.size for file in new.values())],
        "code": [path for path in fresh if _suffix(path) in CODE_SUFFIXES][:MOST_PATHS],
        "pickles": [path for path in fresh if _suffix(path) in PICKLE_SUFFIXES][:MOST_PATHS],
    }


def _old_files(held: Revision) -> Iterable[tuple[str, _Held]]:
    rows = RepoFile.objects.filter(revision=held).order_by("position")
    for path, size, oid, sha256, blob in rows.values_list("path", "size", "oid", "sha256", "blob_id").iterator(BATCH):
        yield path, _Held(size, f"sha256:{sha256}" if sha256 else f"git:{oid}", blob is not None)


def _held_digests(digests: Iterable[str]) -> set[str]:
    """Those whose bytes the store has, whichever repo they came with."""
    found: set[str] = set()
    for algorithm, column in (("sha256", "sha256"), ("git", "git_oid")):
        values = [digest.partition(":")[2] for digest in digests if digest.startswith(f"{algorithm}:")]
        for start in range(0, len(values), BATCH):
            rows = Blob.objects.filter(**{f"{column}__in": values[start : start + BATCH]})
            found.update(f"{algorithm}:{value}" for value in rows.values_list(column, flat=True))
    return found


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
