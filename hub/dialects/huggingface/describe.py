"""What the hub tells about a repo: upstream's own words at that commit, with our ids, siblings and downloads."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.catalog.models import Repo
from hub.catalog.shelves import Sheet
from hub.catalog.trees import Entry, Folder, Leaf, Tree
from hub.digests import git_blob_id, lfs_pointer
from hub.index import models as indexed
from hub.names import RepoKind

FAMILY = "huggingface"
"""The kind of upstream that speaks this wire."""

NEVER_TOLD = frozenset(
    {"siblings", "xetEnabled", "inference", "inferenceProviderMapping", "securityRepoStatus", "gated"}
)
"""Ours to say (siblings, gated), or promises that this hub does not keep (xet, inference)."""

LISTED = {
    RepoKind.MODEL: "_id id likes private downloads tags pipeline_tag library_name createdAt modelId",
    RepoKind.DATASET: "_id id author disabled gated lastModified likes private sha description downloads tags"
    " createdAt",
    RepoKind.SPACE: "_id id likes private sdk tags createdAt",
}
LISTED_IN_FULL = "author gated lastModified sha siblings"

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


def facts(repo: Repo, commit: str, sheet: Sheet, tree: Tree | None, blobs: bool = False) -> dict[str, Any]:
    """Everything that is known of a repo at a commit, under the names of the wire. Siblings only where a tree is
    given, and then all of them: clients trust a short list.

    `gated` is always false: it tells clients whether *this* hub asks before it hands out bytes, and hfd.sh refuses to
    go on without a token otherwise. What upstream says is told as `upstreamGated`.
    """
    known = _told_upstream(repo, sheet)
    known["_id"] = object_id(repo, known)
    known["id"] = str(repo.repo_id)
    if repo.namespace:
        known["author"] = repo.namespace
    known |= {"private": False, "gated": False, "disabled": False}
    if repo.gated:
        known["upstreamGated"] = repo.gated
    known["sha"] = commit
    known["lastModified"] = stamp(known.get("lastModified") or repo.upstream_modified_at)
    known["createdAt"] = stamp(known.get("createdAt") or repo.upstream_created_at or repo.created_at)
    known.setdefault("tags", repo.tags)
    known.setdefault("likes", repo.upstream_likes)
    known["downloads"] = known["downloadsAllTime"] = repo.pulls
    if repo.kind == RepoKind.MODEL:
        known["modelId"] = known["id"]
    if tree is not None:
        known["siblings"] = siblings(tree, blobs)
    return {key: value for key, value in known.items() if value is not None or key == "model-index"}


def listed(entry: indexed.Entry) -> dict[str, Any]:
    """What upstream's listing tells of a repo that is not held, and nothing else. Whether upstream asks before it
    hands out bytes counts here: it will be asked."""
    known: dict[str, Any] = {
        "_id": object_id(entry, {}),
        "id": str(entry.listed_id),
        "author": entry.namespace,
        "private": False,
        "gated": entry.gated or False,
        "disabled": False,
        "sha": entry.commit,
        "lastModified": stamp(entry.updated_at),
        "createdAt": stamp(entry.created_at),
        "tags": entry.tags,
        "likes": entry.likes,
        "downloads": entry.downloads,
        "pipeline_tag": entry.task,
        "library_name": entry.library,
    }
    if entry.kind == RepoKind.MODEL:
        known["modelId"] = known["id"]
    return {key: value for key, value in known.items() if value not in (None, "")}


def _told_upstream(repo: Repo, sheet: Sheet) -> dict[str, Any]:
    """Upstream's words where they are of this wire; of another hub's repo, the facts that both hubs know."""
    if sheet.family == FAMILY:
        return {key: value for key, value in sheet.info.items() if key not in NEVER_TOLD}
    card = {"license": repo.licence} if repo.licence else {}
    told = {"pipeline_tag": repo.pipeline_tag, "library_name": repo.library_name, "cardData": card}
    return {key: value for key, value in told.items() if value}


def chosen(known: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Only these, and the ids; what nobody knows is left out without a word."""
    wanted = {"_id", "id", *names}
    return {key: value for key, value in known.items() if key in wanted}


def object_id(repo: Repo | indexed.Entry, info: Mapping[str, Any]) -> str:
    """Upstream's own, or 24 hex digits that stay the same: huggingface.js wants some."""
    told = info.get("_id")
    if isinstance(told, str) and _OBJECT_ID.fullmatch(told):
        return told
    return hashlib.sha256(f"{repo.kind}:{repo.key}".encode()).hexdigest()[:24]


def stamp(date: object) -> str | None:
    """`2024-01-31T10:20:30.000Z`: clients refuse any other way to write the zone."""
    if isinstance(date, str):
        try:
            date = datetime.fromisoformat(date)
        except ValueError:
            return None
    if not isinstance(date, datetime):
        return None
    date = date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond // 1000:03d}Z"


def siblings(tree: Tree, blobs: bool) -> list[dict[str, Any]]:
    leaves = sorted(tree.leaves, key=lambda leaf: leaf.path)
    if not blobs:
        return [{"rfilename": leaf.path} for leaf in leaves]
    return [_sibling(leaf) for leaf in leaves]


def _sibling(leaf: Leaf) -> dict[str, Any]:
    entry: dict[str, Any] = {"rfilename": leaf.path, "blobId": object_of(leaf), "size": leaf.size}
    if leaf.sha256:
        entry["lfs"] = {"sha256": leaf.sha256, "size": leaf.size, "pointerSize": pointer_size(leaf)}
    return entry


def tree_entry(entry: Entry) -> dict[str, Any]:
    """No xetHash: from that alone, clients since 1.22 turn away from plain HTTP."""
    if isinstance(entry, Folder):
        return {"type": "directory", "oid": entry.oid, "size": 0, "path": entry.path}
    told: dict[str, Any] = {"type": "file", "oid": object_of(entry), "size": entry.size}
    if entry.sha256:
        told["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": pointer_size(entry)}
    return told | {"path": entry.path}


def object_of(leaf: Leaf) -> str:
    """The git object's id. On this wire a file with a sha256 is an LFS file, and its object the pointer, which its
    sha256 and size determine: so a file of a hub that tells no object ids has one all the same."""
    return leaf.oid or git_blob_id(lfs_pointer(leaf.sha256, leaf.size))


def pointer_size(leaf: Leaf) -> int:
    """Upstream's figure, or the length of the pointer that git-lfs writes: 125 bytes and the size in digits."""
    return leaf.pointer_size or 125 + len(str(leaf.size))


def commit_entry(commit: Mapping[str, Any], formatted: bool) -> dict[str, Any]:
    title, message = str(commit.get("title") or ""), str(commit.get("message") or "")
    told: dict[str, Any] = {
        "id": commit["id"],
        "title": title,
        "message": message,
        "authors": [one if isinstance(one, dict) else {"user": one} for one in commit.get("authors") or []],
        "date": stamp(commit.get("date")) or "1970-01-01T00:00:00.000Z",
    }
    return told | {"formatted": {"title": title, "message": message}} if formatted else told
