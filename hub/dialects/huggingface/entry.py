"""The entry of the Hugging Face dialect: every address outside `/-/` comes in here, and every answer leaves here."""

import logging
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hub.catalog.shelves import shelf_of
from hub.dialects.huggingface.addresses import KINDS, api_address, file_address
from hub.dialects.huggingface.answers import PREFLIGHT, finish, json_answer, redirect
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.errors import refuse
from hub.dialects.huggingface.files import answer_file
from hub.dialects.huggingface.listing import list_repos, tags_by_type
from hub.dialects.huggingface.misses import Hop
from hub.dialects.huggingface.people import whoami
from hub.dialects.huggingface.repos import RouteMissing, answer_repo
from hub.errors import BadName, HubError, RepoMissing, TokenNeeded
from hub.names import RepoId, RepoKind

logger = logging.getLogger(__name__)

READ = frozenset({"GET", "HEAD"})
TAGS = {f"{kind.plural}-tags-by-type": kind for kind in (RepoKind.MODEL, RepoKind.DATASET)}
NO_HARNESSES: dict[str, object] = {"standardEnvVars": [], "harnesses": {}}


def entry(request: HttpRequest) -> HttpResponseBase:
    """One request. Tokens are in headers, never in cookies, so there is no cross-site request to forge."""
    asked = Asked(request)
    try:
        response = _answer(asked)
    except HubError as error:
        response = refuse(asked, error)
    except Hop as hop:
        response = redirect(hop.location, {"X-HF-Warning": hop.warning})
    except Exception:
        logger.exception("%s %s failed", asked.method, asked.path)
        response = refuse(asked, HubError("this hub failed to answer", "try again, or show an operator its log"))
    return finish(asked, response)


def _answer(asked: Asked) -> HttpResponseBase:
    if asked.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if not settings.ANONYMOUS_PULL and asked.caller.user is None:
        raise TokenNeeded(
            "this hub asks who is there", f"ask an admin of {asked.base} for a token, then run `hf auth login`"
        )
    if asked.is_api:
        return _answer_api(asked, asked.segments[1:])
    address = file_address(asked.segments)
    if address is None and "text/html" in asked.request.META.get("HTTP_ACCEPT", ""):
        return _shown(asked)
    if address is None or asked.method not in READ:
        raise _nothing_here(asked)
    asked.caller  # noqa: B018  Raises TokenWrong: whoever shows a token that is over must not be served as nobody.
    return answer_file(asked, address)


def _shown(asked: Asked) -> HttpResponse:
    """A browser at `/ns/name`, as people paste addresses of the hub they know: our own page of that repo."""
    kind = KINDS.get(asked.segments[0], RepoKind.MODEL) if asked.segments else RepoKind.MODEL
    segments = [unquote(segment) for segment in asked.segments[int(asked.segments[:1] == (kind.plural,)) :]]
    for length in (2, 1):
        text = "/".join(segments[:length])
        if len(segments) >= length and _is_known(kind, text):
            return HttpResponse(status=302, headers={"Location": f"{asked.prefix}/-/repos/{kind.plural}/{text}"})
    raise _nothing_here(asked)


def _answer_api(asked: Asked, segments: tuple[str, ...]) -> HttpResponseBase:
    asked.caller  # noqa: B018  As above.
    if segments and segments[0] in KINDS and len(segments) > 1:
        address = api_address(KINDS[segments[0]], segments[1:], _is_known)
        if asked.method in READ or (asked.method == "POST" and address.verb == "paths-info"):
            return answer_repo(asked, address)
    if asked.method in READ and len(segments) == 1:
        return _answer_word(asked, segments[0])
    if asked.method in READ and segments[:1] == ("telemetry",):
        return HttpResponse(status=204)
    raise _nothing_here(asked)


def _answer_word(asked: Asked, word: str) -> HttpResponse:
    if word in KINDS:
        return list_repos(asked, KINDS[word])
    if word in TAGS:
        return tags_by_type(asked, TAGS[word])
    if word == "whoami-v2":
        return whoami(asked)
    if word == "agent-harnesses":
        return json_answer(NO_HARNESSES)
    raise _nothing_here(asked)


def _is_known(kind: RepoKind, text: str) -> bool:
    try:
        shelf_of(kind, RepoId.parse(text))
    except (BadName, RepoMissing):
        return False
    return True


def _nothing_here(asked: Asked) -> RouteMissing:
    return RouteMissing(f"nothing is served at {asked.method} {asked.path}", f"see {asked.base}/-/docs/ for what is")
