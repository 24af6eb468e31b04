"""The audit trail: one function that writes it."""

from hub.accounts.callers import Caller
from hub.accounts.models import Event


def record(caller: Caller, verb: str, subject: str, **detail: object) -> Event:
    """Writes one event; call it inside the transaction of what it tells of, so that both happen or neither."""
    return Event.objects.create(
        actor=caller.user,
        actor_name=caller.label,
        verb=verb,
        subject=subject[:300],
        detail=detail,
        address=caller.address,
    )
