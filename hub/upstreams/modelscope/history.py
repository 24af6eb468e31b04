"""Named revisions and the newest commits, from `Data` of `/revisions` and `/commits`."""

from collections.abc import Callable, Iterator
from typing import Any

from hub.errors import BadName, RevisionMissing, UpstreamBroken
from hub.names import is_commit, parse_revision
from hub.upstreams.modelscope.facts import moment
from hub.upstreams.protocol import CommitInfo, RefInfo
from hub.upstreams.told import clean, text_of

KINDS = {"Branches": ("branch", "refs/heads/"), "Tags": ("tag", "refs/tags/")}
DATES = ("CommittedDate", "AuthoredDate", "CreatedAt")

Pin = Callable[[str], str]
"""The commit of a branch or tag. Raises RevisionMissing."""


def parse_refs(name: str, data: Any, pin: Pin) -> Iterator[RefInfo]:
    """Branches and tags; `pin` is asked where upstream names no commit. Raises UpstreamBroken for a list that is none.

    A ref that has gone by the time it is asked for is left out, and so is one that nobody can write in an address.
    """
    known = data.get("RevisionMap") if isinstance(data, dict) else None
    if not isinstance(known, dict):
        raise UpstreamBroken(f"{name} gave no list of branches and tags")
    for key, (kind, prefix) in KINDS.items():
        for entry in known.get(key) or []:
            try:
                label = parse_revision(_label(name, kind, entry))
                yield RefInfo(kind, label, prefix + label, _commit_of(entry) or pin(label))
            except (BadName, RevisionMissing):
                continue


def _label(name: str, kind: str, entry: Any) -> str:
    label = text_of(entry.get("Revision")) if isinstance(entry, dict) else ""
    if not label:
        raise UpstreamBroken(f"{name} lists a {kind} without a name")
    return label


def _commit_of(entry: dict[str, Any]) -> str:
    commit = text_of(entry.get("CommitId"))
    return commit if is_commit(commit) else ""


def parse_commits(name: str, data: Any) -> list[CommitInfo]:
    """In upstream's order, newest first; none where upstream knows no such ref. Raises UpstreamBroken for entries
    without an id."""
    if not isinstance(data, dict) or not isinstance(data.get("Commit", []) or [], list):
        raise UpstreamBroken(f"{name} gave no list of commits")
    return [_commit(name, clean(entry)) for entry in data.get("Commit") or []]


def _commit(name: str, entry: Any) -> CommitInfo:
    if not isinstance(entry, dict) or not is_commit(text_of(entry.get("Id"))):
        raise UpstreamBroken(f"{name} lists a commit without an id")
    message = text_of(entry.get("Message"))
    author = text_of(entry.get("AuthorName"))
    return CommitInfo(
        id=text_of(entry["Id"]),
        title=text_of(entry.get("Title")) or message.partition("\n")[0],
        message=message,
        date=next((found for key in DATES if (found := moment(entry.get(key)))), None),
        authors=(author,) if author else (),
    )
