"""Addresses that no route of a dialect answers: a browser is shown our own page, everybody else is told."""

from urllib.parse import unquote

from django.http import HttpResponse

from hub.catalog.shelves import shelf_of
from hub.dialects.asked import Asked
from hub.dialects.naming import KINDS
from hub.errors import BadName, Missing, RepoMissing
from hub.names import RepoId, RepoKind


class RouteMissing(Missing):
    """Nothing is served at this address."""

    code = "RouteMissing"


def is_browser(asked: Asked) -> bool:
    return "text/html" in asked.request.META.get("HTTP_ACCEPT", "")


def shown(asked: Asked) -> HttpResponse:
    """A browser at `/ns/name`, as people paste addresses of the hub they know: our own page of that repo."""
    kind = KINDS.get(asked.segments[0], RepoKind.MODEL) if asked.segments else RepoKind.MODEL
    segments = [unquote(segment) for segment in asked.segments[int(asked.segments[:1] == (kind.plural,)) :]]
    for length in (2, 1):
        text = "/".join(segments[:length])
        if len(segments) >= length and is_known(asked, kind, text):
            return HttpResponse(status=302, headers={"Location": f"{asked.prefix}/-/repos/{kind.plural}/{text}"})
    raise nothing_here(asked)


def is_known(asked: Asked, kind: RepoKind, text: str) -> bool:
    try:
        shelf_of(kind, RepoId.parse(text), asked.family)
    except (BadName, RepoMissing):
        return False
    return True


def nothing_here(asked: Asked) -> RouteMissing:
    return RouteMissing(f"nothing is served at {asked.method} {asked.path}", f"see {asked.base}/-/docs/ for what is")
