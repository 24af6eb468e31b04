"""The entry of the ModelScope dialect: `/api/v1`, `/openapi/v1`, and the addresses below `/models/`."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hub.catalog.models import Repo
from hub.catalog.shelves import shelf_of
from hub.dialects.answers import finish, redirect
from hub.dialects.misses import Hop
from hub.dialects.modelscope.addresses import KINDS, address_of
from hub.dialects.modelscope.asked import Asked
from hub.dialects.modelscope.describe import open_data
from hub.dialects.modelscope.envelope import enveloped, open_enveloped
from hub.dialects.modelscope.errors import refuse
from hub.dialects.modelscope.listing import datasets, dolphin, models_of_owner, open_list
from hub.dialects.modelscope.people import ask_who_is_there, login, me
from hub.dialects.modelscope.repos import answer_repo
from hub.dialects.naming import repo_id_of
from hub.dialects.shown import is_browser, nothing_here, shown
from hub.errors import HubError, NotPermitted
from hub.names import RepoKind
from hub.trouble import told

logger = logging.getLogger(__name__)

READ = frozenset({"GET", "HEAD"})
EXPOSED = "X-Request-Id,X-Repo-Commit,ETag,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,Retry-After"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, range, accept, content-type, if-none-match, if-range, x-request-id",
    "Access-Control-Max-Age": "86400",
}


def is_ours(path: str) -> bool:
    """`path` is without the prefix of a proxy; a slash too many comes from an endpoint with one at its end."""
    return path.lstrip("/").startswith(("api/v1/", "openapi/v1/", "models/"))


def entry(request: HttpRequest) -> HttpResponseBase:
    """One request. A cookie can make somebody known here, but only `login` changes anything, and only the cookie."""
    asked = Asked(request)
    try:
        response = _answer(asked)
    except HubError as error:
        response = refuse(asked, error)
    except Hop as hop:
        response = redirect(hop.location)
    except Exception as error:
        logger.exception("%s %s failed", asked.method, asked.path)
        response = refuse(asked, told(error))
    return finish(asked, response, EXPOSED)


def _answer(asked: Asked) -> HttpResponseBase:
    if asked.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    where, words = asked.segments[:2], asked.segments[2:]
    if where == ("api", "v1"):
        if asked.method == "POST" and words == ("login",):
            return login(asked)
        if words == ("repos", "internalAccelerationInfo"):
            # The empty address says that there is none; without the key, clients of 1.34 to 1.37 give up.
            return enveloped({"InternalRegionQueryAddress": ""})
    ask_who_is_there(asked)
    if where == ("api", "v1"):
        return _answer_api(asked, words)
    if where == ("openapi", "v1"):
        return _answer_openapi(asked, words)
    address = address_of(asked.segments)
    if address is not None and address.verb == "resolve" and asked.method in READ:
        return answer_repo(asked, address)
    if is_browser(asked):
        return shown(asked)
    raise nothing_here(asked)


def _answer_api(asked: Asked, words: tuple[str, ...]) -> HttpResponseBase:
    if asked.method == "PUT" and words == ("models",):
        return models_of_owner(asked)
    if asked.method == "PUT" and words == ("dolphin", "models"):
        return dolphin(asked)
    if asked.method == "POST" and words[:1] == ("datasets",) and words[3:4] == ("download",):
        # Old clients report what they loaded; the hub counts for itself.
        return enveloped({})
    _refuse_writing(asked)
    if words == ("datasets",):
        return datasets(asked)
    address = address_of(words)
    if address is None:
        raise nothing_here(asked)
    return answer_repo(asked, address)


def _answer_openapi(asked: Asked, words: tuple[str, ...]) -> HttpResponseBase:
    _refuse_writing(asked)
    if words == ("users", "me"):
        return me(asked)
    if len(words) == 1 and words[0] in KINDS:
        return open_list(asked, KINDS[words[0]])
    address = address_of(words)
    if address is None or address.verb or address.number is not None:
        raise nothing_here(asked)
    return _open_info(asked, address.kind, address.repo)


def _open_info(asked: Asked, kind: RepoKind, repo: str) -> HttpResponse:
    """Of what is held only: after a 404, clients ask below `/api/v1`, and that brings it in."""
    shelf = shelf_of(kind, repo_id_of(repo), asked.family)
    return open_enveloped(open_data(Repo.objects.get(pk=shelf.repo_pk)))


def _refuse_writing(asked: Asked) -> None:
    if asked.method not in READ:
        raise NotPermitted("this hub is a mirror and takes no uploads", "push to the hub that it mirrors from")
