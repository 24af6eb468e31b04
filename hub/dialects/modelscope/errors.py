"""Every HubError as the clients understand it: the HTTP status decides, the sentence is in `Message`.

Since 1.38 the command shows `[status] Message` and ends with 1. It asks again after 429 and 5xx: a listing three times
and a file five times, both after the Retry-After that they are told (a listing at most 8 s, a file 60 s); 403 and 404
end it at once. Other calls are repeated below the library, which then shows no Message.

Before 1.38 the command shows the reason phrase of the status line, and only where the status is not 403 or 404; it has
sentences of its own for those. 429 is not repeated for calls; 5xx is, and ends without a word.
"""

from django.http import HttpResponse

from hub.dialects.answers import header_text, json_answer
from hub.dialects.modelscope.asked import Asked
from hub.dialects.words import words
from hub.errors import (
    CorruptBytes,
    FileMissing,
    HubError,
    NobodyAtWork,
    NotHeld,
    OnItsWay,
    Paused,
    RepoMissing,
    RevisionMissing,
    StoreError,
    TokenNeeded,
    TokenWrong,
    UpstreamError,
)
from hub.logs import request_id

RETRY_SECONDS = 20
"""What a client is told to wait where nobody knows better. It asks a few times only, so that waiting long is better."""
LOCKED = 423
"""For old clients in place of 403, which they show as a wrong token."""
LONGEST_REASON = 1000

_CODES: dict[type[HubError], int] = {
    RepoMissing: 10010205001,
    RevisionMissing: 10990101004,
    FileMissing: 10990101007,
    TokenNeeded: 10010103009,
    TokenWrong: 10010103009,
}
"""Upstream's own numbers; the others are the HTTP status."""
_OPEN_CODES = {
    400: "InputParameterError",
    401: "InvalidAuthentication",
    403: "OperationNotAllowed",
    404: "ResourceNotFound",
    423: "OperationNotAllowed",
    429: "RateLimitExceed",
    503: "ServiceUnavailable",
}


def refuse(asked: Asked, error: HubError) -> HttpResponse:
    status = status_of(asked, error)
    sentence = words(asked, _in_our_words(asked, error))
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = str(max(1, round(error.retry_after or 0), RETRY_SECONDS))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    answer = json_answer(_body(asked, error, status, sentence), status, headers)
    if asked.is_old:
        answer.reason_phrase = header_text(sentence)[:LONGEST_REASON]
    return answer


def status_of(asked: Asked, error: HubError) -> int:
    if isinstance(error, NotHeld | CorruptBytes) or (isinstance(error, UpstreamError) and error.permanent):
        # A refusal, or bytes that stay wrong: the client need not try.
        return LOCKED if asked.is_old else 403
    if isinstance(error, UpstreamError | StoreError | OnItsWay | NobodyAtWork | Paused):
        return 429 if asked.is_old else 503
    return error.status


def _body(asked: Asked, error: HubError, status: int, sentence: str) -> dict[str, object]:
    if asked.is_openapi:
        code = _OPEN_CODES.get(status, "InternalServerError")
        return {"success": False, "code": code, "message": sentence, "request_id": request_id()}
    return {
        "Code": _CODES.get(type(error), status),
        "Message": sentence,
        "RequestId": request_id(),
        "Success": False,
    }


def _in_our_words(asked: Asked, error: HubError) -> HubError:
    """The next step after a token that is over names the command of this client."""
    if isinstance(error, TokenWrong):
        return TokenWrong(error.sentence, login_step(asked))
    return error


def login_step(asked: Asked) -> str:
    command = f"modelscope login --endpoint {asked.base} --token TOKEN"
    return f"ask an admin of this hub for a token, then run `{command}`"
