"""What is not held, in every dialect: look twice, put the wish in, wait as long as the client can, look again."""

from collections.abc import Callable
from typing import TypeVar

from hub.catalog.lookup import find_repo, is_trunk
from hub.catalog.shelves import HeldFile, Pin, Shelf, file_of, forget_shelf, sheet_of
from hub.dialects.asked import Asked
from hub.errors import NotIncluded, RepoMissing, RevisionMissing
from hub.mirroring.pull import pull
from hub.mirroring.repair import raise_if_damaged
from hub.names import RepoId, RepoKind

HOP = "entrepot_wait"
"""The parameter that counts how often a client was sent to the same address again."""

Found = TypeVar("Found")
Bring = Callable[..., None]
"""Takes the revision, and `path` and `family` where a file of a held repo is missing; waits as its dialect does."""


class Hop(Exception):
    """Ask the same address again: `location` is relative, `warning` says why."""

    def __init__(self, location: str, warning: str) -> None:
        super().__init__(location)
        self.location = location
        self.warning = warning


def held(asked: Asked, kind: RepoKind, repo_id: RepoId, find: Callable[[], Found], bring: Callable[[], None]) -> Found:
    """What `find` finds, once the revision is held. Raises what `bring` raises."""
    try:
        return find()
    except (RepoMissing, RevisionMissing):
        # Another process may have published it in the last second, under a name this one does not know yet.
        forget_shelf(kind, repo_id, asked.family)
    try:
        return find()
    except (RepoMissing, RevisionMissing):
        bring()
    return find()


def fetch(
    asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, seconds: float, path: str = "", family: str = ""
) -> None:
    """Asks for it and waits for so long. Returns when it is published. `family` is the kind of upstream that is asked;
    by default the one of the dialect, and after that the one that a held repo of this id came from."""
    name = "" if revision == "HEAD" else revision

    def ask(one: str) -> None:
        pull(kind, repo_id, name, asked.caller, wait=seconds, path=path, family=one)
        forget_shelf(kind, repo_id, asked.family)

    first, *other = [family] if family else _families(asked, kind, repo_id)
    try:
        ask(first)
    except (RepoMissing, RevisionMissing):
        if not other:
            raise
        ask(other[0])


def _families(asked: Asked, kind: RepoKind, repo_id: RepoId) -> list[str]:
    try:
        held_from = find_repo(kind, repo_id, asked.family).upstream.kind
    except RepoMissing:
        return [asked.family]
    return list(dict.fromkeys([asked.family, held_from]))


def brought(shelf: Shelf, pin: Pin, file: HeldFile, revision: str, bring: Bring) -> HeldFile:
    """The file with its bytes: the tree lists it, but they were left out of the mirror so far, or were lost.

    They can only come from where the tree came from, under the name that the branch has there.
    """
    raise_if_damaged(file.sha256, file.oid)
    known_there = revision in shelf.names or not is_trunk(revision, shelf.default_ref)
    bring(revision if known_there else "", path=file.path, family=sheet_of(pin).family)
    file = file_of(pin, file.path)
    if not file.blob:
        raise NotIncluded(
            f"{file.path} of {shelf.repo_id} is left out of what this hub mirrors",
            "ask an admin of this hub to mirror it too",
        )
    return file


def hops_of(asked: Asked) -> int:
    return int(text) if (text := asked.query.get(HOP)).isdecimal() and len(text) < 4 else 0


def again(asked: Asked, hop: int) -> str:
    """The address that was asked, relative, with the number of this hop."""
    kept = [part for part in asked.query_text.split("&") if part and not part.startswith(f"{HOP}=")]
    return f"{asked.prefix}/{'/'.join(asked.segments)}?{'&'.join([*kept, f'{HOP}={hop}'])}"
