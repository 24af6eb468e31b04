"""Every error that a person may meet, in one tree.

    HubError
    ├── BadName                 a repo id, revision or path that no hub would take
    ├── BadInput                any other input that makes no sense
    │   └── KeyReused           an Idempotency-Key that came with another body before
    ├── Missing
    │   ├── RepoMissing
    │   ├── RevisionMissing
    │   ├── FileMissing
    │   └── RequestMissing
    ├── AccessRefused
    │   ├── TokenNeeded         the hub asks who is there
    │   ├── TokenWrong          the token is unknown, expired or revoked
    │   ├── NotPermitted        known, but not allowed to do this
    │   ├── TooManyTries        wrong passwords, too often
    │   └── TooManyWrites       more writes of one caller than the API takes
    ├── NotHeld                 the hub does not hold it, and why it does not arrive by itself
    │   ├── ApprovalNeeded
    │   ├── RequestRefused
    │   ├── RequestCancelled    an operator ended it, and nobody has taken it up again
    │   └── NotIncluded         the repo is held, this file was left out on purpose
    ├── OnItsWay                it is being fetched: come back
    ├── NobodyAtWork            it was asked for, and no worker takes it up
    ├── Paused                  it was asked for, and an operator holds it
    ├── WrongState              a step that does not fit where the thing is now
    │   ├── Moved               a decision about another commit than the one that was shown
    │   └── KeyInUse            the write with this Idempotency-Key is being done at this moment
    ├── TooManyStreams          this process follows enough events already
    ├── UpstreamError
    │   ├── UpstreamUnreachable
    │   ├── UpstreamRateLimited
    │   │   └── UpstreamBudgetSpent   our own limits say: not now
    │   ├── UpstreamGated
    │   ├── UpstreamTokenWrong
    │   ├── UpstreamDisabled
    │   ├── UpstreamSlow         another upstream has the same bytes, and is much faster
    │   └── UpstreamBroken      an answer that makes no sense (HTML, short body, foreign redirect)
    │       └── RangeIgnored    a part of a file was asked for and the whole file came
    ├── CorruptBytes            the digest of what arrived is not the digest that was promised
    ├── LeaseLost               somebody else took this work over
    ├── DatabaseAway            it restarts, or cannot be reached
    ├── StoreError
    │   ├── StoreFull
    │   ├── BlobTooLarge        larger than the store can ever take
    │   └── BlobMissing
    └── SealBroken              a stored secret was sealed with another HUB_SECRET_KEY

The data is on the exception; the words for a wire are chosen at the door (a dialect, the API, a page, a command).
"""

from typing import ClassVar


class HubError(Exception):
    """What happened (`sentence`), what to do next (`next_step`), and whether asking again can help (`permanent`).

    `retry_after` is in seconds and None where no time is known; `request_id` names the request to follow, if any.
    """

    request_id: int | None = None
    code: ClassVar[str] = "HubError"
    status: ClassVar[int] = 500
    permanent: ClassVar[bool] = True

    def __init__(self, sentence: str, next_step: str = "", retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.retry_after = retry_after

    @property
    def words(self) -> str:
        """The sentence and the next step as one line, as a terminal shows it."""
        first = self.sentence[:1].upper() + self.sentence[1:]
        text = first if first.endswith((".", "!", "?")) else f"{first}."
        step = self.next_step[:1].upper() + self.next_step[1:]
        return f"{text} {step if not step or step.endswith('.') or '://' in step[-200:] else step + '.'}".strip()


class BadName(HubError):
    code, status = "BadName", 400


class BadInput(HubError):
    code, status = "BadInput", 400


class KeyReused(BadInput):
    code, status = "KeyReused", 422


class Missing(HubError):
    code, status = "Missing", 404


class RepoMissing(Missing):
    code = "RepoMissing"


class RevisionMissing(Missing):
    code = "RevisionMissing"


class FileMissing(Missing):
    """`commit` is the 40-hex commit that was looked into: clients remember the absence under it."""

    code = "FileMissing"

    def __init__(self, sentence: str, next_step: str = "", commit: str = "") -> None:
        super().__init__(sentence, next_step)
        self.commit = commit


class RequestMissing(Missing):
    code = "RequestMissing"


class AccessRefused(HubError):
    code, status = "AccessRefused", 403


class TokenNeeded(AccessRefused):
    code, status = "TokenNeeded", 401


class TokenWrong(AccessRefused):
    code, status = "TokenWrong", 401


class NotPermitted(AccessRefused):
    code = "NotPermitted"


class TooManyTries(AccessRefused):
    code, status, permanent = "TooManyTries", 429, False


class TooManyWrites(AccessRefused):
    code, status, permanent = "TooManyWrites", 429, False


class NotHeld(HubError):
    code, status = "NotHeld", 403


class ApprovalNeeded(NotHeld):
    code = "ApprovalNeeded"


class RequestRefused(NotHeld):
    code = "RequestRefused"


class RequestCancelled(NotHeld):
    code = "RequestCancelled"


class NotIncluded(NotHeld):
    code = "NotIncluded"


class OnItsWay(HubError):
    code, status, permanent = "OnItsWay", 503, False


class NobodyAtWork(HubError):
    code, status, permanent = "NobodyAtWork", 503, False


class Paused(HubError):
    code, status, permanent = "Paused", 503, False


class WrongState(HubError):
    code, status = "WrongState", 409


class Moved(WrongState):
    """What is at the request now has not been seen by whoever decides about it."""

    code = "Moved"


class KeyInUse(WrongState):
    code, permanent = "KeyInUse", False


class TooManyStreams(HubError):
    code, status, permanent = "TooManyStreams", 503, False


class UpstreamError(HubError):
    code, status = "UpstreamError", 502


class UpstreamUnreachable(UpstreamError):
    code, status, permanent = "UpstreamUnreachable", 503, False


class UpstreamRateLimited(UpstreamError):
    code, status, permanent = "UpstreamRateLimited", 503, False


class UpstreamBudgetSpent(UpstreamRateLimited):
    """The hub held the request back itself: a budget is used up, or a limit stops the upstream for now."""

    code = "UpstreamBudgetSpent"


class UpstreamGated(UpstreamError):
    code, status = "UpstreamGated", 403


class UpstreamTokenWrong(UpstreamError):
    code = "UpstreamTokenWrong"


class UpstreamDisabled(UpstreamError):
    code, status = "UpstreamDisabled", 403


class UpstreamSlow(UpstreamError):
    code, status, permanent = "UpstreamSlow", 503, False


class UpstreamBroken(UpstreamError):
    code, permanent = "UpstreamBroken", False


class RangeIgnored(UpstreamBroken):
    """Parts will never come from there: the file has to be read from its start, as a whole."""

    code = "RangeIgnored"


class CorruptBytes(HubError):
    code, status, permanent = "CorruptBytes", 502, False


class LeaseLost(HubError):
    code, status, permanent = "LeaseLost", 409, False


class StoreError(HubError):
    code, status, permanent = "StoreError", 503, False


class DatabaseAway(HubError):
    code, status, permanent = "DatabaseAway", 503, False


class StoreFull(StoreError):
    code, status = "StoreFull", 507


class BlobTooLarge(StoreError):
    code, status, permanent = "BlobTooLarge", 507, True


class BlobMissing(StoreError):
    code = "BlobMissing"


class SealBroken(HubError):
    code = "SealBroken"
