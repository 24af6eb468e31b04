"""What is not held: the wish goes in, and the client waits in the way that it can stand.

Clients since 1.38 give a listing 15 s, whatever redirects happen meanwhile, and anything else 60 s without an answer;
they ask again by themselves (see errors). Older ones give every call 60 s and follow up to 30 redirects, so they are
sent to the same address again, as those of Hugging Face are. Other clients simply wait.
"""

from collections.abc import Callable

from django.conf import settings

from hub.dialects.misses import Found, Hop, again, fetch, hops_of
from hub.dialects.misses import held as held_at_all
from hub.dialects.modelscope.asked import Asked
from hub.dialects.waiting import seat
from hub.dialects.words import words
from hub.errors import OnItsWay
from hub.names import RepoId, RepoKind

LISTING_SECONDS = 12.0
CALL_SECONDS = 40.0
MOST_HOPS = 14


def held(asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, find: Callable[[], Found]) -> Found:
    """What `find` finds, once the revision is held. Raises Hop, or what `pull` raises."""
    return held_at_all(asked, kind, repo_id, find, lambda: bring(asked, kind, repo_id, revision))


def bring(asked: Asked, kind: RepoKind, repo_id: RepoId, revision: str, path: str = "", family: str = "") -> None:
    """Asks for it and waits as long as this client can. Returns when it is published."""
    hops = hops_of(asked)
    can_hop = asked.is_old and hops < MOST_HOPS
    with seat(_hold(asked)) as seconds:
        try:
            fetch(asked, kind, repo_id, revision, seconds, path, family)
        except OnItsWay as error:
            if can_hop and seconds:
                raise Hop(again(asked, hops + 1), words(asked, error)) from None
            raise


def _hold(asked: Asked) -> float:
    longest = float(settings.PULL_WAIT)
    if asked.is_new and asked.is_listing:
        return min(LISTING_SECONDS, longest)
    if asked.is_new or asked.is_old or asked.is_file:
        return min(CALL_SECONDS, longest)
    return longest
