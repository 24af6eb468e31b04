"""One JSON shape for every error of the API: {"error": {"code", "sentence", "next_step", "request_id"}}."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from hub.errors import BadInput, HubError, Missing, NotPermitted, TokenNeeded
from hub.logs import request_id
from hub.trouble import AWAY, told

_KNOWN: tuple[tuple[type[Exception], type[HubError], str], ...] = (
    (exceptions.NotAuthenticated, TokenNeeded, "send `Authorization: Bearer` with a token of this hub, or log in"),
    (exceptions.AuthenticationFailed, TokenNeeded, "send `Authorization: Bearer` with a token of this hub, or log in"),
    (exceptions.PermissionDenied, NotPermitted, "ask an admin of this hub for a role that may do this"),
    (exceptions.NotFound, Missing, "look at the list first"),
)


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: our own errors and the framework's, in the one shape."""
    if isinstance(error, AWAY):
        error = told(error)
    if isinstance(error, HubError):
        headers = {"Retry-After": str(round(error.retry_after))} if error.retry_after else None
        return Response(shape(error.code, error.sentence, error.next_step), status=error.status, headers=headers)
    response = exception_handler(error, context)
    if response is None:
        return None
    known = next((entry for entry in _KNOWN if isinstance(error, entry[0])), None)
    code, step = (known[1].code, known[2]) if known else (BadInput.code, "see /-/docs/clients")
    response.data = shape(code, str(getattr(error, "detail", error)), step)
    return response


def shape(code: str, sentence: str, next_step: str) -> dict[str, dict[str, str]]:
    entries = {"code": code, "sentence": sentence, "next_step": next_step, "request_id": request_id()}
    return {"error": entries}
