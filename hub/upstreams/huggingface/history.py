"""Named revisions and the newest commits, from the JSON of `/refs` and `/commits/{rev}`."""

from typing import Any

from hub.errors import BadName, UpstreamBroken
from hub.names import is_commit, parse_revision
from hub.upstreams.huggingface.facts import moment
from hub.upstreams.protocol import CommitInfo, RefInfo
from hub.upstreams.told import clean

KINDS = {"branches": "branch", "tags": "tag", "converts": "convert"}


def parse_refs(name: str, data: Any) -> list[RefInfo]:
    """Branches, tags and converts. Raises UpstreamBroken for a list that is none, or a ref without a commit."""
    if not isinstance(data, dict):
        raise UpstreamBroken(f"{name} gave no list of branches and tags")
    return [ref for key, kind in KINDS.items() for entry in data.get(key) or [] if (ref := _ref(name, kind, entry))]


def _ref(name: str, kind: str, entry: Any) -> RefInfo | None:
    try:
        label, ref, commit = str(entry["name"]), str(entry["ref"]), str(entry["targetCommit"])
    except (TypeError, KeyError):
        raise UpstreamBroken(f"{name} lists a {kind} without a name or a commit") from None
    if not is_commit(commit):
        raise UpstreamBroken(f"{name} lists the {kind} {label[:80]!r} without a commit")
    try:
        return RefInfo(kind, parse_revision(label), parse_revision(ref), commit)
    except BadName:
        # A ref that nobody can write in an address cannot be asked for either.
        return None


def parse_commits(name: str, data: Any) -> list[CommitInfo]:
    """In upstream's order, newest first. Raises UpstreamBroken for entries without an id."""
    if not isinstance(data, list):
        raise UpstreamBroken(f"{name} gave no list of commits")
    return [_commit(name, clean(entry)) for entry in data]


def _commit(name: str, entry: Any) -> CommitInfo:
    if not isinstance(entry, dict) or not is_commit(str(entry.get("id"))):
        raise UpstreamBroken(f"{name} lists a commit without an id")
    authors = entry.get("authors")
    people = [one.get("user") for one in authors if isinstance(one, dict)] if isinstance(authors, list) else []
    return CommitInfo(
        id=entry["id"],
        title=str(entry.get("title") or ""),
        message=str(entry.get("message") or ""),
        date=moment(entry.get("date")),
        authors=tuple(str(person) for person in people if person),
    )
