"""What is not held: the wish goes in, and the client waits in the way that it can stand.

huggingface_hub gives up a HEAD or a file after 10 s without an answer, HfFileSystem an info call too, but all follow
up to 19 redirects: so it is held for HOLD_SECONDS and sent to the same address again, which also shows it the progress
(X-HF-Warning). The last hop of an API call waits for the rest of HUB_PULL_WAIT. Other clients simply wait.
"""

from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings

from hub.dialects.answers import header_text
from hub.dialects.huggingface.addresses import Address
from hub.dialects.huggingface.asked import Asked
from hub.dialects.misses import Found, Hop, again, fetch, hops_of
from hub.dialects.misses import held as held_at_all
from hub.dialects.naming import KINDS
from hub.dialects.waiting import seat
from hub.dialects.words import words
from hub.errors import OnItsWay
from hub.names import RepoId, RepoKind

HOLD_SECONDS = 8.0
MOST_HOPS = 17


def held(asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, find: Callable[[], Found]) -> Found:
    """What `find` finds, once the revision is held. Raises Hop, or what `pull` raises."""
    return held_at_all(asked, kind, repo_id, find, lambda: bring(asked, kind, repo_id, revision))


def bring(asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, path: str = "", family: str = "") -> None:
    """Asks for it and waits as long as this client can. Returns when it is published."""
    hops = hops_of(asked)
    can_hop = asked.hub_version is not None and hops < MOST_HOPS
    with seat(_hold(asked, can_hop)) as seconds:
        try:
            fetch(asked, kind, repo_id, revision, seconds, path, family)
        except OnItsWay as error:
            if can_hop and seconds:
                raise Hop(again(asked, hops + 1), _warning(asked, hops + 1, error)) from None
            raise


def _hold(asked: Asked, can_hop: bool) -> float:
    longest = float(settings.PULL_WAIT)
    if can_hop or not asked.is_api:
        return min(HOLD_SECONDS, longest)
    if asked.hub_version is not None:
        return max(0.0, longest - HOLD_SECONDS * MOST_HOPS)
    return longest


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
