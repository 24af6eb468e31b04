"""What a Hugging Face hub means by an answer that is not a success, in our own errors.

The vocabulary (X-Error-Code, X-Error-Message, and what a bare 401 stands for) is huggingface_hub's own
`hf_raise_for_status`. It takes a bare 401 for a missing repo on https only; here it means the same everywhere.
"""

import re
from collections.abc import Callable
from typing import NoReturn

import httpx2
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

from hub.errors import (
    FileMissing,
    HubError,
    RepoMissing,
    RevisionMissing,
    UpstreamBroken,
    UpstreamDisabled,
    UpstreamError,
    UpstreamGated,
)
from hub.upstreams.question import Question
from hub.upstreams.redirects import Answer
from hub.upstreams.refusals import not_a_hub, one_line, quoted, raise_trouble, token_wrong

USUAL_REFUSAL = "Invalid username or password."
"""What Hugging Face tells a stranger who asks for a repo that is missing or private."""

_BAD_TOKEN = re.compile(r"invalid credentials|token.*(?:expired|revoked|invalid)|invalid.*token", re.IGNORECASE)


def raise_for(answer: Answer, body: bytes, question: Question) -> NoReturn:
    """Raises what an answer outside of 200..299 means. `body` may be cut off."""
    response = _as_library_sees_it(answer, body)
    message = message_of(response)
    raise_trouble(answer, message, question)
    try:
        hf_raise_for_status(response)
    except HfHubHTTPError as error:
        raise _translated(error, response, message, question) from error
    raise UpstreamBroken(f"{question.name} gave the unexpected answer {response.status_code}")


def _as_library_sees_it(answer: Answer, body: bytes) -> httpx2.Response:
    kept = ("x-error-code", "x-error-message", "x-repo-commit", "content-type", "x-request-id")
    return httpx2.Response(
        answer.response.status,
        headers={name: _ascii(answer.header(name)) for name in kept if answer.header(name)},
        content=body,
        request=httpx2.Request("GET", answer.url),
    )


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def message_of(response: httpx2.Response) -> str:
    """The upstream's own sentence: its header, else the `error` of its JSON; printable, on one line, not endless."""
    text = response.headers.get("x-error-message", "")
    if not text and not is_page(response):
        try:
            data = response.json()
            text = str(data.get("error", "")) if isinstance(data, dict) else ""
        except (ValueError, RecursionError):
            text = response.text
    return one_line(text)


def is_page(response: httpx2.Response) -> bool:
    """Whether it is a web page, which no API gives."""
    return "html" in response.headers.get("content-type", "").lower()


def _translated(error: HfHubHTTPError, response: httpx2.Response, message: str, question: Question) -> HubError:
    # A gated repo is a missing repo in the library's tree, so the order matters.
    for kind, translate in _BY_CLASS:
        if isinstance(error, kind):
            return translate(response, message, question)
    return _BY_STATUS.get(response.status_code, _refused)(response, message, question)


def _revision_missing(response: httpx2.Response, message: str, question: Question) -> HubError:
    return RevisionMissing(
        f"{question.what} has no revision {question.revision!r} on {question.name}", "check the branch, tag or commit"
    )


def _file_missing(response: httpx2.Response, message: str, question: Question) -> HubError:
    return FileMissing(
        f"{question.what} has no {question.path!r} at {question.revision or 'this revision'} on {question.name}",
        "check the path",
        response.headers.get("x-repo-commit", ""),
    )


def _gated(response: httpx2.Response, message: str, question: Question) -> HubError:
    # Who is known but has no access gets a 403; a 401 says that nobody was recognised.
    unknown = response.status_code == 401 and question.has_token
    first = "the token set for this upstream was not recognised; " if unknown else ""
    return UpstreamGated(f"{question.what} is gated on {question.name}{quoted(message)}", first + question.how_to_enter)


def _disabled(response: httpx2.Response, message: str, question: Question) -> HubError:
    return UpstreamDisabled(f"{question.what} was disabled on {question.name}", "choose another repo")


def _repo_missing(response: httpx2.Response, message: str, question: Question) -> HubError:
    told = "" if message in {USUAL_REFUSAL, "Repository not found"} else quoted(message)
    step = "check the spelling; if it is private, the token set for this upstream must be allowed to read it"
    return RepoMissing(f"there is no {question.what} on {question.name}, or it is private{told}", step)


def _unauthorized(response: httpx2.Response, message: str, question: Question) -> HubError:
    if question.has_token and (_BAD_TOKEN.search(message) or question.repo_id is None):
        return token_wrong(message, question)
    return _repo_missing(response, message, question)


def _forbidden(response: httpx2.Response, message: str, question: Question) -> HubError:
    if is_page(response):
        return not_a_hub(response.status_code, question)
    step = "look whether the token set for this upstream has the right to read it"
    return UpstreamGated(f"{question.name} refuses access to {question.what}{quoted(message)}", step)


def _not_found(response: httpx2.Response, message: str, question: Question) -> HubError:
    """A 404 without a code, as other hubs give it. A file of which nobody says so is not known to be absent."""
    if is_page(response):
        return not_a_hub(response.status_code, question)
    if question.path:
        return FileMissing(f"{question.what} has no {question.path!r} on {question.name}", "check the path")
    if question.is_info and question.revision:
        return RevisionMissing(f"{question.name} knows no {question.what} at {question.revision!r}{quoted(message)}")
    if question.is_info:
        return _repo_missing(response, message, question)
    return UpstreamBroken(f"{question.name} does not know a question about {question.what}{quoted(message)}")


def _no_such_range(response: httpx2.Response, message: str, question: Question) -> HubError:
    return UpstreamBroken(f"{question.name} does not have the bytes of {question.path} that its tree promises")


def _refused(response: httpx2.Response, message: str, question: Question) -> HubError:
    return UpstreamError(
        f"{question.name} answered {response.status_code} about {question.what}{quoted(message)}",
        "check the upstream's address and the repo's name",
    )


_Translation = Callable[[httpx2.Response, str, Question], HubError]
_BY_STATUS: dict[int, _Translation] = {
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    416: _no_such_range,
    451: _disabled,
}
_BY_CLASS: tuple[tuple[type[HfHubHTTPError], _Translation], ...] = (
    (RevisionNotFoundError, _revision_missing),
    (RemoteEntryNotFoundError, _file_missing),
    (GatedRepoError, _gated),
    (DisabledRepoError, _disabled),
    (RepositoryNotFoundError, lambda response, message, question: _missing_or_token(response, message, question)),
)


def _missing_or_token(response: httpx2.Response, message: str, question: Question) -> HubError:
    plain_401 = response.status_code == 401 and not response.headers.get("x-error-code")
    return (_unauthorized if plain_401 else _repo_missing)(response, message, question)
