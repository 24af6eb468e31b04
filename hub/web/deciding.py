"""Decisions on our own pages: an approval or a refusal of what was shown, each with an outcome of its own."""

from dataclasses import dataclass

from django.utils.translation import gettext

from hub.accounts.callers import Caller
from hub.errors import BadInput, HubError, Moved
from hub.mirroring import decisions
from hub.mirroring.models import Request
from hub.web.spoken import spoken

DECIDES = "mirroring.decide_request"
OPERATES = "mirroring.operate_hub"
APPROVE, REFUSE = "approve", "refuse"

_State = Request.State
FITTING = {
    APPROVE: frozenset({_State.WAITING, _State.REFUSED}),
    REFUSE: frozenset({_State.NEW, _State.WAITING, _State.APPROVED, _State.FAILED}),
}
"""Which button fits which state; the decision itself checks again, in the database."""


@dataclass(frozen=True)
class Outcome:
    """How one decision went, in words for whoever decided."""

    row: Request
    words: str
    error: HubError | None = None

    @property
    def done(self) -> bool:
        return self.error is None

    @property
    def moved(self) -> bool:
        """It is at another commit by now than the one that was shown, and wants another look."""
        return isinstance(self.error, Moved)

    @property
    def status(self) -> int:
        """Of the page that tells it."""
        return self.error.status if self.error else 200


def decide(row: Request, verb: str, caller: Caller, reason: str, seen: str) -> Outcome:
    """`verb` is APPROVE or REFUSE, `seen` the commit that the form showed, "" where none was known."""
    try:
        done = _decide(row, verb, caller, reason, seen)
    except HubError as error:
        return Outcome(row, spoken(error), error)
    if not done:
        return Outcome(row, gettext("It is looked up first, and decided about when its facts are here."))
    return Outcome(row, gettext("Approved.") if verb == APPROVE else gettext("Refused."))


def _decide(row: Request, verb: str, caller: Caller, reason: str, seen: str) -> bool:
    if verb == APPROVE:
        return decisions.approve(row, caller, reason, seen=seen)
    if verb != REFUSE:
        raise BadInput(f"{verb!r} is no decision", "approve or refuse")
    decisions.refuse(row, caller, reason, seen=seen)
    return True
