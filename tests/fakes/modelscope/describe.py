"""What ModelScope tells about files, commits and repositories. Dates are in seconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from tests.fakes.content import Commit, FakeRepo
from tests.fakes.describe import as_list

from .refs import MASTER, branches_of

PUBLIC, PRIVATE = 5, 1
BLOB_MODE, TREE_MODE = "33188", "16384"
Entry = Mapping[str, Any]
# Finding the last commit of every file costs a walk through the history: once for each commit is enough.
_entries: WeakKeyDictionary[Commit, list[Entry]] = WeakKeyDictionary()


def seconds(commit: Commit) -> int:
    return int(commit.date.timestamp())


def number_of(repo: FakeRepo) -> int:
    """The number of the database, which is the same for as long as the repo has its internal id."""
    return int(repo.internal_id[:7], 16)


def entries(commit: Commit) -> list[Entry]:
    """Every directory and every file: directories first, then by name, not by path."""
    if commit not in _entries:
        paths = [*(path for path in commit.directories if path), *commit.files]
        found = [entry(commit, path) for path in paths]
        _entries[commit] = sorted(found, key=lambda one: (one["Type"] != "tree", one["Name"].lower(), one["Path"]))
    return _entries[commit]


def entry(commit: Commit, path: str) -> Entry:
    file, last = commit.files.get(path), commit.last_change_of(path)
    return {
        "CommitMessage": last.message,
        "CommittedDate": seconds(last),
        "CommitterName": last.author,
        "InCheck": False,
        "IsLFS": bool(file and file.lfs),
        "Mode": BLOB_MODE if file else TREE_MODE,
        "Name": path.rpartition("/")[2],
        "Path": path,
        "Revision": last.oid,
        "Sha256": file.source.sha256 if file else "",
        "Size": file.size if file else 0,
        "Type": "blob" if file else "tree",
    }


def latest_committer(commit: Commit, with_id: bool) -> dict[str, Any]:
    return {
        "AuthorEmail": "",
        "AuthorName": commit.author,
        "AuthoredDate": 0,
        "CommittedDate": seconds(commit),
        "CommitterEmail": "",
        "CommitterName": commit.author,
        "CreatedAt": seconds(commit),
        "Id": commit.oid if with_id else "",
        "Message": commit.message,
        "ParentIds": [parent.oid for parent in commit.parents],
        "ShortId": commit.oid[:8],
        "Title": title(commit),
    }


def title(commit: Commit) -> str:
    return commit.message.partition("\n")[0]


def commit_row(commit: Commit) -> dict[str, Any]:
    email = f"{commit.author}@users.noreply"
    when = seconds(commit)
    whole = latest_committer(commit, with_id=True)
    return whole | {"AuthorEmail": email, "CommitterEmail": email, "AuthoredDate": when}


def revisions(repo: FakeRepo, with_commits: bool) -> dict[str, Any]:
    """Newest tags first; old clients take the first that is old enough."""

    def row(name: str, commit: Commit) -> dict[str, Any]:
        known = {"CommitId": commit.oid} if with_commits else {}
        return {"Revision": name, "CreatedAt": seconds(commit), **known}

    tags = sorted(repo.tags.items(), key=lambda item: item[1].date, reverse=True)
    branches = branches_of(repo)
    return {
        "RevisionMap": {
            "Branches": [row(name, branches[name]) for name in sorted(branches, key=lambda name: name != MASTER)],
            "Tags": [row(name, commit) for name, commit in tags],
        }
    }


def tags_of(repo: FakeRepo) -> list[str]:
    return [*as_list(repo.card.get("tags")), *as_list(repo.card.get("library_name"))]


def tasks_of(repo: FakeRepo) -> list[dict[str, Any]]:
    names = as_list(repo.card.get("pipeline_tag")) + as_list(repo.card.get("task_categories"))
    return [{"Name": name, "ChineseName": name} for name in names]


def config_of(repo: FakeRepo) -> dict[str, Any]:
    file = repo.head.files.get("config.json")
    if file is None or file.size > 1 << 20:
        return {}
    try:
        found = json.loads(file.source.read(0, file.size))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def readme_of(repo: FakeRepo) -> str:
    file = repo.head.files.get("README.md")
    return file.source.read(0, file.size).decode(errors="replace") if file and file.size < 1 << 20 else ""


def details(repo: FakeRepo, may_read: bool) -> dict[str, Any]:
    """`Data` of a model or a dataset."""
    owner, _, name = repo.id.rpartition("/")
    config = config_of(repo)
    return {
        "Id": number_of(repo),
        "Name": name,
        "Path": owner,
        "ChineseName": "",
        "Description": repo.card.get("description", ""),
        "Visibility": PRIVATE if repo.private or repo.gated else PUBLIC,
        "ProtectedMode": 1 if repo.gated else 2,
        "ApprovalMode": 1 if repo.gated == "manual" else 0,
        "IsAccessible": 1 if may_read else 0,
        "License": ", ".join(as_list(repo.card.get("license"))),
        "Downloads": repo.downloads,
        "Stars": repo.likes,
        "Likes": repo.likes,
        "CreatedBy": repo.author or owner,
        "CreatedTime": int(repo.created.timestamp()),
        "LastUpdatedTime": seconds(repo.head),
        "Revision": MASTER,
        "Tags": tags_of(repo),
        "Tasks": tasks_of(repo),
        "Frameworks": as_list(repo.card.get("frameworks")),
        "Libraries": as_list(repo.card.get("library_name")),
        "Language": as_list(repo.card.get("language")),
        "ModelType": as_list(config.get("model_type")),
        "Architectures": as_list(config.get("architectures")),
        "StorageSize": sum(file.size for file in repo.head.files.values()),
        "ReadMeContent": readme_of(repo) if may_read else "",
        "Organization": {"Name": owner, "FullName": owner, "Avatar": ""},
        "ModelInfos": {},
        "BackendSupport": json.dumps({"model_id": repo.id}),
        "RelatedPapers": [],
        "Type": 2,
    }


def listed(repo: FakeRepo) -> dict[str, Any]:
    """An item of the website's list, where the settings of the backend are no text but an object."""
    return details(repo, may_read=False) | {"BackendSupport": {"model_id": repo.id}}


def open_row(repo: FakeRepo) -> dict[str, Any]:
    """An item of /openapi/v1."""
    digest = hashlib.sha256(repo.id.encode()).hexdigest()
    return {
        "id": repo.id,
        "display_name": repo.id.rpartition("/")[2],
        "description": repo.card.get("description", ""),
        "downloads": repo.downloads,
        "likes": repo.likes,
        "license": ", ".join(as_list(repo.card.get("license"))),
        "tags": tags_of(repo),
        "tasks": [task["Name"] for task in tasks_of(repo)],
        "private": repo.private,
        "gated": bool(repo.gated),
        "login_required": bool(repo.gated),
        "visibility": "private" if repo.private else "public",
        "file_size": sum(file.size for file in repo.head.files.values()),
        "params": int(digest[:6], 16),
        "created_at": repo.created.isoformat(),
        "last_modified": repo.head.date.isoformat(),
    }
