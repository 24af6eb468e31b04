"""What a ModelScope hub means by an answer that is not a success, in our own errors.

The envelope counts before the status: errors come with 200 too, and a repo that may not be read is a 404.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from hub.errors import (
    FileMissing,
    HubError,
    RepoMissing,
    RevisionMissing,
    UpstreamBroken,
    UpstreamError,
    UpstreamGated,
)
from hub.upstreams.question import Question
from hub.upstreams.ranges import Part
from hub.upstreams.redirects import SHORT_BODY, Answer, start_of_body
from hub.upstreams.refusals import (
    in_trouble,
    not_a_hub,
    one_line,
    quoted,
    raise_trouble,
    rate_limited,
    token_wrong,
)

FINE = 200

NO_SUCH_REPO = 10010205001

_NOT_FOUND = "record not found"
_REASON = re.compile("信息：|: *error", re.IGNORECASE)
"""Stands before the reason in the messages of the live hub: "getting the model's information failed, information: ...".
"""
_OF_A_DATABASE = re.compile(
    r"error \d{4}\b|max_prepared_stmt|too many connections|bad connection|connection re(?:fused|set)|i/o timeout"
    r"|timed out|deadline exceeded|deadlock|broken pipe",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Refusal:
    """`status` is that of HTTP, or of the envelope where that names one in a 200; `code` is 0 where none is told."""

    status: int
    code: int
    message: str
    is_page: bool = False

    @property
    def is_trouble(self) -> bool:
        """A database that fails is told as a repo that is not there; only "record not found" means that it is not."""
        if _NOT_FOUND in self.message.lower():
            return False
        return bool(_OF_A_DATABASE.search(self.message)) or (
            self.code == NO_SUCH_REPO and bool(_REASON.search(self.message))
        )


def raise_for(answer: Answer, body: bytes, question: Question) -> NoReturn:
    """Raises what an answer with another status than 200 means. `body` may be cut off."""
    refusal = _refusal(answer.response.status, _parsed(body), "html" in answer.header("content-type").lower())
    raise_trouble(answer, refusal.message, question)
    raise _meaning(answer, refusal, question)


def unwrap(answer: Answer, data: Any, question: Question) -> dict[str, Any]:
    """The envelope of a success. Raises for an error inside of a 200, and UpstreamBroken for what is no envelope."""
    if isinstance(data, dict) and _is_fine(data):
        return data
    if not _is_envelope(data):
        raise UpstreamBroken(
            f"{question.name} gave an answer that no ModelScope hub gives", "check the upstream's address and its kind"
        )
    raise _meaning(answer, _refusal(FINE, data), question)


def look_for_refusal(hop: Answer, question: Question, part: Part) -> None:
    """A missing file may be told as JSON with a 200, in place of the file. What has the file's very size is left to
    the digest."""
    text = hop.header("content-length").strip()
    if not hop.is_own or hop.response.status != FINE or not text.isdecimal():
        return
    is_json = "json" in hop.header("content-type").lower()
    if not is_json or int(text) in (part.length, part.size) or int(text) > SHORT_BODY:
        return
    data = _parsed(start_of_body(hop.response))
    if _is_envelope(data) and not _is_fine(data):
        raise _meaning(hop, _refusal(FINE, data), question)
    raise UpstreamBroken(f"{question.name} sent {text[:20]} bytes of JSON in place of {part.path}")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_envelope(data: Any) -> bool:
    return isinstance(data, dict) and ("Code" in data or "success" in data)


def _is_fine(data: dict[str, Any]) -> bool:
    """Both surfaces: `Code` and `Success` of /api/v1, `success` of /openapi/v1."""
    if "Code" in data:
        return data["Code"] == FINE and data.get("Success", True) is True
    return data.get("success") is True


def _refusal(status: int, data: Any, is_page: bool = False) -> Refusal:
    data = data if isinstance(data, dict) else {}
    told = data.get("Code", data.get("code"))
    code = int(told) if str(told).isdecimal() else 0
    message = data.get("Message") or data.get("message") or ""
    in_words = one_line(message) if isinstance(message, str) else ""
    return Refusal(code if status == FINE and 400 <= code < 600 else status, code, in_words, is_page)


def _meaning(answer: Answer, refusal: Refusal, question: Question) -> HubError:
    if refusal.is_trouble or refusal.status >= 500:
        return in_trouble(answer, refusal.status, refusal.message, question)
    if refusal.status == 429:
        return rate_limited(answer, question)
    if refusal.is_page:
        return not_a_hub(refusal.status, question)
    translate = _BY_CODE.get(refusal.code) or _BY_STATUS.get(refusal.status, _refused)
    return translate(refusal, question)


def _repo_missing(refusal: Refusal, question: Question) -> HubError:
    step = "check the spelling; if it is private, the token set for this upstream must be allowed to read it"
    told = "" if _NOT_FOUND in refusal.message.lower() else quoted(refusal.message)
    return RepoMissing(f"there is no {question.what} on {question.name}, or it is private{told}", step)


def revision_missing(question: Question) -> RevisionMissing:
    return RevisionMissing(
        f"{question.what} has no revision {question.revision!r} on {question.name}", "check the branch, tag or commit"
    )


def _revision_missing(refusal: Refusal, question: Question) -> HubError:
    return revision_missing(question)


def _file_missing(refusal: Refusal, question: Question) -> HubError:
    if not question.path:
        return UpstreamBroken(f"{question.name} has no files of {question.what}{quoted(refusal.message)}")
    return FileMissing(
        f"{question.what} has no {question.path!r} at {question.revision} on {question.name}",
        "check the path",
        question.revision,
    )


def _no_access(refusal: Refusal, question: Question) -> HubError:
    return UpstreamGated(
        f"{question.what} may not be read on {question.name}: it is private or gated{quoted(refusal.message)}",
        question.how_to_enter,
    )


def _token_wrong(refusal: Refusal, question: Question) -> HubError:
    return token_wrong(refusal.message, question) if question.has_token else _no_access(refusal, question)


def _not_found(refusal: Refusal, question: Question) -> HubError:
    """A 404 with a code that is not known, as other hubs of this kind may give it."""
    if question.path:
        return _file_missing(refusal, question)
    if question.repo_id is None:
        return UpstreamBroken(f"{question.name} does not know a question of ModelScope{quoted(refusal.message)}")
    return revision_missing(question) if question.revision else _repo_missing(refusal, question)


def _no_such_range(refusal: Refusal, question: Question) -> HubError:
    return UpstreamBroken(f"{question.name} does not have the bytes of {question.path} that its tree promises")


def _refused(refusal: Refusal, question: Question) -> HubError:
    """An error inside of a 200 may be over soon; a status says what it means."""
    told = f"{refusal.status} (code {refusal.code})" if refusal.code else str(refusal.status)
    sentence = f"{question.name} answered {told} about {question.what}{quoted(refusal.message)}"
    if refusal.status < 400:
        return UpstreamBroken(sentence)
    return UpstreamError(sentence, "check the upstream's address and the repo's name")


_Translation = Callable[[Refusal, Question], HubError]
_BY_CODE: dict[int, _Translation] = {
    NO_SUCH_REPO: _repo_missing,
    10010200001: _no_access,
    10010103009: _token_wrong,
    10990101004: _revision_missing,
    10990101007: _file_missing,
}
_BY_STATUS: dict[int, _Translation] = {
    401: _token_wrong,
    403: _no_access,
    404: _not_found,
    416: _no_such_range,
}
