"""What the wire tells about a repo and its files, in its own names."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.catalog.models import Repo
from hub.catalog.shelves import Pin, Sheet
from hub.catalog.traces import Note, Traces, note_of, seconds_of
from hub.catalog.trees import Entry, Folder, Leaf
from hub.names import RepoKind

TRUNK = "master"
"""What the default branch is called on this wire, also of a repo whose own is called `main`."""
PUBLIC = 5
OPEN = 2
"""`ProtectedMode` of a repo that asks nobody."""
GENERAL = 4
"""`Type` of a dataset that is files and nothing else."""
FILE_MODE, FOLDER_MODE = "33188", "16384"

_OF_MODELS = ("ChineseName", "Architectures", "ModelType", "Tasks", "ModelInfos", "BackendSupport", "Description")
_OF_DATASETS = ("ChineseName", "Description", "Tags")
"""Words of a ModelScope upstream that go out as they came in."""


def told_by_modelscope(repo: Repo, sheet: Sheet | None) -> dict[str, Any]:
    if sheet is None or sheet.family != "modelscope":
        return {}
    names = _OF_MODELS if repo.kind == RepoKind.MODEL else _OF_DATASETS
    return {name: sheet.info[name] for name in names if sheet.info.get(name) is not None}


def repo_data(repo: Repo, sheet: Sheet | None = None) -> dict[str, Any]:
    """`/api/v1/models/{o}/{n}`: every name that clients know, also where there is little to say."""
    tasks = [{"Name": repo.pipeline_tag}] if repo.pipeline_tag else []
    known: dict[str, Any] = {
        "Id": repo.pk,
        "Name": repo.name,
        "Path": repo.namespace,
        "ChineseName": "",
        "Visibility": PUBLIC,
        "License": repo.licence,
        "Description": "",
        "Downloads": repo.pulls,
        "Stars": repo.upstream_likes,
        "Likes": repo.upstream_likes,
        "CreatedTime": _seconds(repo.upstream_created_at or repo.created_at),
        "LastUpdatedTime": _seconds(repo.upstream_modified_at or repo.created_at),
        "Revision": trunk_of(repo.default_ref),
        "Tags": [str(tag) for tag in repo.tags],
        "Tasks": tasks,
        "ReadMeContent": "",
        "Organization": {"Name": repo.namespace, "FullName": repo.namespace},
        "IsAccessible": 1,
        "ApprovalMode": 0,
        "ProtectedMode": OPEN,
    }
    if repo.kind == RepoKind.MODEL:
        support = json.dumps({"model_id": str(repo.repo_id)})
        known |= {"ModelType": [], "Architectures": [], "ModelInfos": {}, "BackendSupport": support}
    else:
        names = {"Owner": repo.namespace, "Namespace": repo.namespace}
        known |= {"Type": GENERAL, "GmtCreate": known["CreatedTime"], **names}
    return known | told_by_modelscope(repo, sheet)


def open_data(repo: Repo) -> dict[str, Any]:
    """`/openapi/v1/models/{o}/{n}`."""
    return {
        "id": str(repo.repo_id),
        "display_name": repo.name,
        "description": "",
        "downloads": repo.pulls,
        "likes": repo.upstream_likes,
        "license": repo.licence,
        "tags": [str(tag) for tag in repo.tags],
        "tasks": [repo.pipeline_tag] if repo.pipeline_tag else [],
        "private": False,
        "gated": False,
        "login_required": False,
        "visibility": "public",
        "created_at": _stamp(repo.upstream_created_at or repo.created_at),
        "last_modified": _stamp(repo.upstream_modified_at or repo.created_at),
    }


def trunk_of(default_ref: str) -> str:
    return TRUNK if default_ref == "main" else default_ref


def entries_of(entries: list[Entry], traces: Traces, pin: Pin) -> list[dict[str, Any]]:
    """Files and folders as a listing has them. A folder was touched when the newest of its files was."""
    newest: dict[str, str] = {}
    if any(isinstance(entry, Folder) for entry in entries):
        newest = _touched_folders(traces)
    told = []
    for entry in entries:
        if isinstance(entry, Folder):
            told.append(_entry(entry.path, newest.get(entry.path, pin.commit), traces) | _FOLDER)
        else:
            told.append(_entry(entry.path, traces.commits.get(entry.path, pin.commit), traces) | _file(entry, traces))
    return told


_FOLDER = {"Type": "tree", "Mode": FOLDER_MODE, "Size": 0, "IsLFS": False, "Sha256": ""}


def _file(leaf: Leaf, traces: Traces) -> dict[str, Any]:
    is_lfs = leaf.pointer_size is not None or bool(leaf.oid and leaf.sha256)
    told = {"Type": "blob", "Mode": FILE_MODE, "Size": leaf.size, "IsLFS": is_lfs}
    # A file that was left out here and has no sha256 upstream: clients check nothing where there is no such key.
    sha256 = leaf.sha256 or traces.sha256.get(leaf.path, "")
    return told | {"Sha256": sha256} if sha256 else told


def _entry(path: str, commit: str, traces: Traces) -> dict[str, Any]:
    note = traces.notes.get(commit) or Note(0)
    return {
        "Name": path.rpartition("/")[2],
        "Path": path,
        "Revision": commit,
        "CommitMessage": note.title,
        "CommittedDate": note.at,
        "CommitterName": note.author,
        "InCheck": False,
    }


def _touched_folders(traces: Traces) -> dict[str, str]:
    newest: dict[str, tuple[int, str]] = {}
    for path, commit in traces.commits.items():
        at = traces.notes[commit].at if commit in traces.notes else 0
        while "/" in path:
            path = path.rpartition("/")[0]
            newest[path] = max(newest.get(path, (0, "")), (at, commit))
    return {path: commit for path, (_, commit) in newest.items()}


def commit_entry(commit: Mapping[str, Any]) -> dict[str, Any]:
    note = note_of(commit)
    oid = str(commit["id"])
    return {
        "Id": oid,
        "ShortId": oid[:8],
        "Title": note.title,
        "Message": "\n".join(part for part in (note.title, str(commit.get("message") or "")) if part),
        "AuthorName": note.author,
        "AuthorEmail": "",
        "AuthoredDate": note.at,
        "CommittedDate": note.at,
        "CommitterName": note.author,
        "CommitterEmail": "",
        "CreatedAt": note.at,
        "ParentIds": [],
    }


def _seconds(date: datetime) -> int:
    return seconds_of(date) or 0


def _stamp(date: datetime) -> str:
    return f"{date:%Y-%m-%dT%H:%M:%SZ}"
