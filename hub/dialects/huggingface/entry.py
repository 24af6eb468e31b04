"""The entry of the Hugging Face dialect: every address outside `/-/` comes in here, and every answer leaves here."""

import logging
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hub.dialects.answers import finish, json_answer, redirect
from hub.dialects.git import is_git, no_history
from hub.dialects.huggingface.addresses import api_address, file_address
from hub.dialects.huggingface.answers import EXPOSED, PREFLIGHT
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.errors import refuse
from hub.dialects.huggingface.files import answer_file
from hub.dialects.huggingface.listing import list_repos, tags_by_type
from hub.dialects.huggingface.people import whoami
from hub.dialects.huggingface.repos import answer_repo
from hub.dialects.misses import Hop
from hub.dialects.naming import KINDS
from hub.dialects.shown import is_browser, is_known, nothing_here, shown
from hub.errors import HubError, TokenNeeded
from hub.names import RepoKind
from hub.trouble import told

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
    except Exception as error:
        logger.exception("%s %s failed", asked.method, asked.path)
        response = refuse(asked, told(error))
    return finish(asked, response, EXPOSED)


def _answer(asked: Asked) -> HttpResponseBase:
    if asked.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if is_git(asked):
        return no_history(asked)
    if not settings.ANONYMOUS_PULL and asked.caller.user is None:
        raise TokenNeeded(
            "this hub asks who is there", f"ask an admin of {asked.base} for a token, then run `hf auth login`"
        )
    if asked.is_api:
        return _answer_api(asked, asked.segments[1:])
    address = file_address(asked.segments)
    if address is None and is_browser(asked):
        return shown(asked)
    if address is None or asked.method not in READ:
        raise nothing_here(asked)
    asked.caller  # noqa: B018  Raises TokenWrong: whoever shows a token that is over must not be served as nobody.
    return answer_file(asked, address)


def _answer_api(asked: Asked, segments: tuple[str, ...]) -> HttpResponseBase:
    asked.caller  # noqa: B018  As above.
    if segments and segments[0] in KINDS and len(segments) > 1:
        address = api_address(KINDS[segments[0]], segments[1:], partial(is_known, asked))
        if asked.method in READ or (asked.method == "POST" and address.verb == "paths-info"):
            return answer_repo(asked, address)
    if asked.method in READ and len(segments) == 1:
        return _answer_word(asked, segments[0])
    if asked.method in READ and segments[:1] == ("telemetry",):
        return HttpResponse(status=204)
    raise nothing_here(asked)


def _answer_word(asked: Asked, word: str) -> HttpResponse:
    if word in KINDS:
        return list_repos(asked, KINDS[word])
    if word in TAGS:
        return tags_by_type(asked, TAGS[word])
    if word == "whoami-v2":
        return whoami(asked)
    if word == "agent-harnesses":
        return json_answer(NO_HARNESSES)
    raise nothing_here(asked)
