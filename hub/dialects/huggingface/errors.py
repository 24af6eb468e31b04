"""Every HubError as the clients understand it. What 0.36, 1.33 and 2.4 print for each form was measured; the rules:

- A sentence reaches the terminal whole only with the code GatedRepo and, from 1.2 on, the header X-HF-Warning.
- 404 EntryNotFound with X-Repo-Commit is remembered by clients for ever, so it is only said of a published tree.
- 0.x shows nothing of a 503 on HEAD; it gets the sentence as GatedRepo. GET of a file is retried on 429, not on 503.
- A 401 without code is "no such repo" on https, and the sentence itself on http.
"""

from dataclasses import dataclass

from django.http import HttpResponse

from hub.dialects.answers import header_text, json_answer
from hub.dialects.huggingface.asked import Asked
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
    RequestRefused,
    RevisionMissing,
    StoreError,
    TokenNeeded,
    TokenWrong,
    UpstreamError,
)
from hub.logs import request_id

WRONG_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105  (words of the wire, no secret)
"""The exact words by which clients tell a bad token from a missing repo."""
BEARER = 'Bearer realm="Authentication required", charset="UTF-8"'
RETRY_SECONDS = 5
OLD = (1, 0)


@dataclass(frozen=True)
class Form:
    """How an error looks: status, X-Error-Code, the topic of X-HF-Warning ("" = none), X-Error-Message if fixed."""

    status: int
    code: str = ""
    topic: str = ""
    message: str = ""


def refuse(asked: Asked, error: HubError) -> HttpResponse:
    """The answer to `error`: headers in ASCII, the sentence as it is in the JSON."""
    form = form_of(asked, error)
    sentence = words(asked, error)
    headers = {"X-Error-Message": form.message or header_text(sentence)}
    if form.code:
        headers["X-Error-Code"] = form.code
    if form.topic:
        headers["X-HF-Warning"] = f"entrepot-{form.topic}; {header_text(sentence)}"
    if isinstance(error, FileMissing) and error.commit:
        headers["X-Repo-Commit"] = error.commit
    if form.status in (429, 503):
        headers["Retry-After"] = str(max(1, round(error.retry_after or RETRY_SECONDS)))
    if form.status == 401:
        headers["WWW-Authenticate"] = BEARER
    return json_answer({"error": sentence, "request_id": request_id()}, form.status, headers)


def form_of(asked: Asked, error: HubError) -> Form:
    if isinstance(error, RepoMissing):
        return Form(404, "RepoNotFound", "missing")
    if isinstance(error, RevisionMissing):
        return Form(404, "RevisionNotFound", "missing")
    if isinstance(error, FileMissing):
        return Form(404, "EntryNotFound")
    if isinstance(error, TokenNeeded | TokenWrong):
        return _form_of_token(asked, error)
    if isinstance(error, NotHeld):
        return Form(403, "GatedRepo", "refused" if isinstance(error, RequestRefused) else "approval")
    if isinstance(error, CorruptBytes):
        # The hub has tried often enough: the client need not.
        return Form(403, "GatedRepo", "trouble")
    if isinstance(error, UpstreamError | StoreError | OnItsWay | NobodyAtWork | Paused):
        return _form_of_trouble(asked, error)
    return Form(error.status)


def _form_of_token(asked: Asked, error: HubError) -> Form:
    if not asked.is_secure:
        return Form(401, "", "token")
    if isinstance(error, TokenWrong):
        return Form(401, "", "token", WRONG_TOKEN)
    return Form(401, "GatedRepo", "token")


def _form_of_trouble(asked: Asked, error: HubError) -> Form:
    """What may heal is worth a retry, in the way that this client retries; what cannot heal is a refusal."""
    topic = "waiting" if isinstance(error, OnItsWay) else "trouble"
    if error.permanent and isinstance(error, UpstreamError):
        return Form(403, "GatedRepo", topic)
    version = asked.hub_version
    if version is not None and version < OLD:
        return Form(403, "GatedRepo", topic)
    retried = 429 if asked.method == "GET" and not asked.is_api else 503
    return Form(retried, "", topic)
