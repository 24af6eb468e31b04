"""Somebody no longer wants what they asked for."""

from django.db import transaction

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.errors import NotPermitted, WrongState
from hub.mirroring.follow import Follow
from hub.mirroring.models import Asker, Request
from hub.mirroring.steering import UNDER_WAY, cancel
from hub.mirroring.wishes import WITHDRAWN

OPEN = (*UNDER_WAY, Request.State.FAILED)


def may_withdraw(request: Request, user: object) -> bool:
    """Whether the request has not ended, and `user` asked for it under their own account."""
    pk = getattr(user, "pk", None)
    return bool(pk) and request.state in OPEN and request.askers.filter(user=pk).exists()


def withdraw(request: Request, caller: Caller) -> bool:
    """Takes the caller out of those who ask. True where that ends the request, as nobody else waits for it: neither
    another asker, nor a follow. Raises NotPermitted for somebody who has not asked, and WrongState."""
    with transaction.atomic():
        # The lock lets two people who leave at once see each other.
        locked = Request.objects.select_for_update(of=("self",)).select_related("upstream").get(pk=request.pk)
        own = Asker.objects.filter(request=locked, user=caller.user) if caller.user else Asker.objects.none()
        if not own.exists():
            raise NotPermitted(
                f"only people who asked for request {request.pk} under their account can withdraw it",
                "an operator of this hub can cancel it",
            )
        if locked.state not in OPEN:
            raise WrongState(f"request {request.pk} is {locked.get_state_display().lower()}", "reload it")
        own.delete()
        ends = not (locked.askers.exists() or Follow.objects.filter(request=locked, active=True).exists())
        if ends:
            cancel(locked, caller, "whoever asked for it has withdrawn it")
            Request.objects.filter(pk=locked.pk).update(error_code=WITHDRAWN, error="", not_before=None)
        else:
            record(caller, "request.left", str(locked), request=locked.pk)
    request.refresh_from_db()
    return ends
