"""What people decide about a request: approve, refuse, retry, hurry. Each is one conditional UPDATE and one event.

An approval or a refusal is of the commit that was shown to whoever decides, which is part of that condition: where the
request has come to another one meanwhile, nothing is decided.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.accounts.models import Event
from hub.errors import BadInput, Moved, WrongState
from hub.mirroring.models import Request, Transfer
from hub.mirroring.progress import transfers_of
from hub.nudge import nudge

State = Request.State


def approve(request: Request, caller: Caller, reason: str = "", seen: str | None = None) -> bool:
    """Lets a waiting or refused request in at the commit `seen`, by default the one of the row as it was read. False
    where no commit is known yet: then it is looked up first, and is decided about when its facts are there.

    Raises Moved and WrongState.
    """
    seen = request.commit if seen is None else seen
    if not seen:
        _look_first(request, caller)
        return False
    _move(request, caller, [State.WAITING, State.REFUSED], State.APPROVED, "request.approved", reason, seen)
    nudge("workers.plan", request.pk)
    return True


def refuse(request: Request, caller: Caller, reason: str, seen: str | None = None) -> None:
    """Refuses a request that has not begun to be fetched, at the commit `seen` as above; the reason is shown to whoever
    asks. Raises Moved, WrongState, and BadInput where no reason is given."""
    if not reason.strip():
        raise BadInput("a refusal needs a reason", "say why, so that people who asked know what to do")
    before = [State.NEW, State.WAITING, State.APPROVED, State.FAILED]
    seen = request.commit if seen is None else seen
    _move(request, caller, before, State.REFUSED, "request.refused", reason, seen)


def retry(request: Request, caller: Caller) -> None:
    """Takes a failed or cancelled request up again, where it stopped: what was approved stays approved. Raises
    WrongState."""
    ended = [State.FAILED, State.CANCELLED]
    decided = request.commit and request.decided_at and request.state in ended
    state = State.APPROVED if decided else State.NEW
    with transaction.atomic():
        _update(request, ended, {"state": state, "error": "", "error_code": ""})
        record(caller, "request.retried", str(request), request=request.pk)
    nudge("workers.plan" if decided else "workers.look", request.pk)


def hurry(request: Request, caller: Caller) -> None:
    """The files of a request that wait for their next try are tried now: somebody has mended what stopped them."""
    waiting = [transfer.pk for transfer in transfers_of(request)]
    with transaction.atomic():
        queued = Transfer.objects.filter(pk__in=waiting, state=Transfer.State.QUEUED, lease_owner="")
        if queued.exclude(not_before=None).change(not_before=None, attempts=0):
            record(caller, "request.hurried", str(request), request=request.pk)
            nudge("workers.sweep")


def approval_of(request: Request, commit: str) -> str:
    """Who let this wish in at this very commit, and when, in words; "" where nobody has, or it was refused since."""
    decided = Event.objects.filter(verb__in=["request.approved", "request.refused"], subject=str(request)[:300])
    for event in decided.order_by("-pk"):
        if event.detail.get("request") == request.pk:
            approved = event.verb == "request.approved" and event.detail.get("commit") == commit
            return f"this commit was approved by {event.actor_name} on {event.at:%Y-%m-%d}" if approved else ""
    return ""


def _look_first(request: Request, caller: Caller) -> None:
    with transaction.atomic():
        _update(request, [State.WAITING, State.REFUSED], {"state": State.NEW, "error": "", "error_code": ""}, "")
        record(caller, "request.reopened", str(request), request=request.pk)
        nudge("workers.look", request.pk)


def _move(
    request: Request, caller: Caller, before: list[State], after: State, verb: str, reason: str, seen: str
) -> None:
    with transaction.atomic():
        decision = {"decided_by": caller.user, "decided_at": timezone.now(), "decision_reason": reason.strip()[:500]}
        _update(request, before, {"state": after, "error": "", "error_code": "", **decision}, seen)
        record(
            caller, verb, str(request), request=request.pk, commit=request.commit, reason=reason, facts=request.facts
        )


def _update(request: Request, before: list[State], changes: dict[str, Any], seen: str | None = None) -> None:
    """Takes the lease away too: a worker that is at the request's look or plan must not overwrite the decision."""
    at_it = {} if seen is None else {"commit": seen}
    changed = Request.objects.filter(pk=request.pk, state__in=before, **at_it).update(
        **changes, attempts=0, not_before=None, lease_owner="", lease_until=None, changed_at=timezone.now()
    )
    request.refresh_from_db()
    if changed:
        return
    if seen is not None and request.commit != seen and request.state in before:
        raise _moved(request, seen)
    raise WrongState(
        f"request {request.pk} is {request.get_state_display().lower()}", "reload it: somebody may have been quicker"
    )


def _moved(request: Request, seen: str) -> Moved:
    before = f"not at {seen[:12]} as it was shown" if seen else "and was not looked up yet when it was shown"
    return Moved(
        f"request {request.pk} is at commit {request.commit[:12]} by now, {before}",
        "nothing was decided; look at what is new there, then decide again",
    )
