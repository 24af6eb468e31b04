"""Every error of the API as problem details (RFC 9457), application/problem+json.

`type`, `title`, `status`, `detail` and `instance` are the standard's; `code`, `next_step` and `request_id` are ours,
and `errors` lists what is wrong with each field of an input.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from hub.errors import BadInput, HubError, Missing, NotPermitted, TokenNeeded, TooManyWrites
from hub.logs import request_id
from hub.trouble import AWAY, told

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
GUIDE = "/-/docs/api"
CODES = "/-/docs/operator?code={code}#errors"
"""The table of codes; the code in the address makes it the name of this one."""
MOST_ERRORS = 100

_LOGIN = "send `Authorization: Bearer` with a token of this hub, or log in"


class _MethodNotAllowed(BadInput):
    code, status = "MethodNotAllowed", 405


class _NotAcceptable(BadInput):
    code, status = "NotAcceptable", 406


class _UnsupportedMediaType(BadInput):
    code, status = "UnsupportedMediaType", 415


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: our own errors, the framework's, and those that nobody foresaw, in the one shape."""
    known = known_as(error)
    if known.status >= 500 and not isinstance(error, HubError):
        logger.error("the API failed to answer", exc_info=error)
    request = context.get("request")
    entries = list(_field_errors(error.detail))[:MOST_ERRORS] if isinstance(error, exceptions.ValidationError) else []
    body = problem(known, request.path if request else "", entries)
    response = Response(body, status=known.status, content_type=MEDIA_TYPE)
    if known.retry_after:
        response.headers["Retry-After"] = str(max(1, ceil(known.retry_after)))
    if header := getattr(error, "auth_header", "") or (known.status == 401 and "Bearer"):
        response.headers["WWW-Authenticate"] = header
    response.headers["Cache-Control"] = "no-store"
    return response


def problem(error: HubError, instance: str, entries: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The body of an answer that is an error."""
    body: dict[str, Any] = {
        "type": CODES.format(code=error.code),
        "title": title_of(error.code),
        "status": error.status,
        "detail": error.sentence[:1].upper() + error.sentence[1:],
        "instance": instance,
        "code": error.code,
        "next_step": error.next_step,
        "request_id": request_id(),
    }
    return {**body, "errors": list(entries)} if entries else body


def title_of(code: str) -> str:
    """`RepoMissing` as `Repo missing`."""
    return " ".join(re.findall(r"[A-Z][a-z]*", code)).capitalize()


def known_as(error: Exception) -> HubError:
    """The error as one of ours."""
    if isinstance(error, HubError):
        return error
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, Http404):
        return Missing("there is nothing at this address of the API", "look at the list first")
    if isinstance(error, PermissionDenied):
        return NotPermitted("you may not do this", "ask an admin of this hub for a role that may")
    if isinstance(error, SuspiciousOperation):
        return BadInput("the request cannot be read", "send at most 4 MB of JSON")
    # What a database raises that is away is told as such; anything else leads to the log.
    return told(error if isinstance(error, AWAY) else None)


def _of_framework(error: exceptions.APIException) -> HubError:
    text = str(error.detail)
    if isinstance(error, exceptions.ValidationError):
        return BadInput("the input has mistakes", "see `errors` for each of them")
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return TokenNeeded("this hub wants to know who asks", _LOGIN)
    if isinstance(error, exceptions.PermissionDenied):
        sentence = text if "CSRF" in text else "you may not do this"
        step = "send the cookie's token as X-CSRFToken, or use a token of this hub" if "CSRF" in text else ""
        return NotPermitted(sentence, step or "ask an admin of this hub for a role that may do this")
    if isinstance(error, exceptions.NotFound):
        return Missing("there is nothing at this address of the API", "look at the list first")
    if isinstance(error, exceptions.Throttled):
        return TooManyWrites(
            "you write more than this hub takes", "wait, then go on slower", getattr(error, "wait", None)
        )
    if isinstance(error, exceptions.ParseError):
        return BadInput("the body is no JSON", "send one JSON object")
    if isinstance(error, exceptions.MethodNotAllowed):
        return _MethodNotAllowed(text, f"see {GUIDE} for what there is")
    if isinstance(error, exceptions.NotAcceptable):
        return _NotAcceptable("there is no answer of that kind", "accept application/json")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return _UnsupportedMediaType(text, "send JSON, with `Content-Type: application/json`")
    return BadInput(text, f"see {GUIDE}")


def _field_errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """(`field`, `detail`) of each mistake; fields inside fields are joined by dots, "" is the input as a whole."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            at = "" if name == "non_field_errors" else str(name)
            yield from _field_errors(inner, ".".join(part for part in (field, at) if part))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _field_errors(inner, field)
    else:
        yield {"field": field, "detail": str(detail)}
