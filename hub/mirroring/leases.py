"""A lease: work that one process has taken, until a time. Taking it is a conditional UPDATE that counts its rows.

Whoever locks several rows locks them by pk: of two who want the same rows in two orders, each would wait for the other.
And whoever wants rows of several kinds locks requests first, then transfers, then blobs and files: `settle` and
`gather` say how.

The time is the database's: the clocks of hosts differ, and a host that is an hour ahead must not take what another has
just begun, nor leave behind what nobody may touch for an hour.
"""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

LEASE_SECONDS = 60
"""A worker that is alive renews every LEASE_SECONDS / 3; one that died is replaced after LEASE_SECONDS."""


def from_now(pause: timedelta) -> Combinable:
    """So much later than now, for a column of a row that is written; by the database's clock."""
    return Now() + pause


class LeaseQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime | None = None) -> Self:
        """Rows that nobody holds and that need not wait."""
        moment = now or Now()
        free = Q(lease_until=None) | Q(lease_until__lt=moment)
        return self.filter(free, Q(not_before=None) | Q(not_before__lte=moment))

    def claim(self, owner: str, now: datetime | None = None, seconds: float = LEASE_SECONDS) -> int:
        """Takes every row of this queryset that is due; returns how many were won.

        The condition is repeated in the UPDATE itself, so that of two workers who chose the same row one gets 0.
        """
        until = (now or Now()) + timedelta(seconds=seconds)
        return self.due(now).change(lease_owner=owner, lease_until=until, attempts=F("attempts") + 1)

    def held_by(self, owner: str) -> Self:
        """Rows whose lease still belongs to `owner`: the condition of every write by a worker (fencing)."""
        return self.filter(lease_owner=owner)

    def renew(self, owner: str, seconds: float = LEASE_SECONDS, **changes: Any) -> int:
        """Extends the leases of `owner` in this queryset and writes `changes`; 0 means that they were lost."""
        return self.held_by(owner).change(lease_until=from_now(timedelta(seconds=seconds)), **changes)

    def release(self, owner: str, **changes: Any) -> int:
        """Gives the leases back at once, with `changes`."""
        return self.held_by(owner).change(lease_owner="", lease_until=None, **changes)

    def change(self, **changes: Any) -> int:
        """`update`, which locks the rows by pk. The database by itself takes them in whatever order it finds them."""
        chosen = self.order_by("pk").select_for_update(of=("self",)).values("pk")
        with transaction.atomic():
            return int(self.model._default_manager.filter(pk__in=chosen).update(**changes))


class Lease(models.Model):
    """Columns of a row that workers take. `owner` names one claim, not one process: a new one for each claim."""

    lease_owner = models.CharField(max_length=100, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    not_before = models.DateTimeField(null=True, editable=False, help_text="Not to be tried again before this time.")

    class Meta:
        abstract = True
