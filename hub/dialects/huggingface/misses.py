"""What is not held: the wish goes in, and the client waits in the way that it can stand.

huggingface_hub gives up a HEAD or a file after 10 s without an answer, HfFileSystem an info call too, but all follow
up to 19 redirects: so it is held for HOLD_SECONDS and sent to the same address again, which also shows it the progress
(X-HF-Warning). The last hop of an API call waits for the rest of HUB_PULL_WAIT. Other clients simply wait.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings

from hub.catalog.shelves import forget_shelf
from hub.dialects.huggingface.addresses import KINDS, Address
from hub.dialects.huggingface.answers import header_text
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.errors import words
from hub.dialects.waiting import seat
from hub.errors import OnItsWay, RepoMissing, RevisionMissing
from hub.mirroring.pull import pull
from hub.names import RepoId, RepoKind

HOLD_SECONDS = 8.0
MOST_HOPS = 17
HOP = "entrepot_wait"
"""The parameter that counts the hops."""

Found = TypeVar("Found")


class Hop(Exception):
    """Ask the same address again: `location` is relative, `warning` the value of X-HF-Warning."""

    def __init__(self, location: str, warning: str) -> None:
        super().__init__(location)
        self.location = location
        self.warning = warning


def held(asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, find: Callable[[], Found]) -> Found:
    """What `find` finds, once the revision is held. Raises Hop, or what `pull` raises."""
    try:
        return find()
    except (RepoMissing, RevisionMissing):
        # Another process may have published it in the last second, under a name this one does not know yet.
        forget_shelf(kind, repo_id)
    try:
        return find()
    except (RepoMissing, RevisionMissing):
        bring(asked, kind, repo_id, revision)
    return find()


def bring(asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, path: str = "") -> None:
    """Asks for it and waits as long as this client can. Returns when it is published."""
    name = "" if revision == "HEAD" else revision
    hops = int(text) if (text := asked.query.get(HOP)).isdecimal() and len(text) < 4 else 0
    can_hop = asked.hub_version is not None and hops < MOST_HOPS
    with seat(_hold(asked, can_hop)) as seconds:
        try:
            pull(kind, repo_id, name, asked.caller, wait=seconds, path=path)
        except OnItsWay as error:
            if can_hop and seconds:
                raise Hop(_again(asked, hops + 1), _warning(asked, hops + 1, error)) from None
            raise
    forget_shelf(kind, repo_id)


def _hold(asked: Asked, can_hop: bool) -> float:
    longest = float(settings.PULL_WAIT)
    if can_hop or not asked.is_api:
        return min(HOLD_SECONDS, longest)
    if asked.hub_version is not None:
        return max(0.0, longest - HOLD_SECONDS * MOST_HOPS)
    return longest


def _again(asked: Asked, hop: int) -> str:
    kept = [part for part in asked.query_text.split("&") if part and not part.startswith(f"{HOP}=")]
    return f"{asked.prefix}/{'/'.join(asked.segments)}?{'&'.join([*kept, f'{HOP}={hop}'])}"


def _warning(asked: Asked, hop: int, error: OnItsWay) -> str:
    """A client prints each topic once, so every hop has its own."""
    return f"entrepot-{hop}; {header_text(words(asked, error))}"


def canonical(asked: Asked, address: Address, repo_id: RepoId) -> str | None:
    """Where to send somebody who wrote the id in another way; None where it was written as the hub writes it."""
    if address.repo == str(repo_id):
        return None
    start = 2 if asked.is_api else int(asked.segments[0] in KINDS)
    length = address.repo.count("/") + 1
    segments = [*asked.segments[:start], *(quote(part) for part in str(repo_id).split("/"))]
    segments += asked.segments[start + length :]
    query = f"?{asked.query_text}" if asked.query_text else ""
    return f"{asked.prefix}/{'/'.join(segments)}{query}"
