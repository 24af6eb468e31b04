"""What steers work: its priority, and pauses of one request, of an upstream, or of the whole hub.

A pause of an upstream or of the hub is a row. Every claim asks for it in its own UPDATE, so that nothing begins after
the pause was committed, on whichever host.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub.mirroring.leases import LeaseQuerySet
from hub.upstreams.models import Upstream

LOW, NORMAL, URGENT = -10, 0, 10
PRIORITIES = {"low": LOW, "normal": NORMAL, "urgent": URGENT}


class Pause(models.Model):
    """Nothing of this upstream begins while the row is there; of no upstream at all where `upstream` is None."""

    upstream = models.OneToOneField(Upstream, null=True, on_delete=models.CASCADE, related_name="pause")
    by = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            # NULLs differ from each other, so the unique column alone would let the hub be paused twice.
            models.UniqueConstraint(Coalesce("upstream", 0), name="one_pause_of_each")
        ]

    def __str__(self) -> str:
        return self.upstream.slug if self.upstream else "the whole hub"


def unpaused(upstream: str) -> Q:
    """Rows whose upstream, at the path `upstream`, is not paused, nor the hub."""
    return ~Q(Exists(Pause.objects.filter(Q(upstream=None) | Q(upstream=OuterRef(upstream)))))


class WorkQuerySet(LeaseQuerySet):
    def workable(self) -> Self:
        """Rows that a worker may take now: due, and neither they, their upstream nor the hub are paused."""
        return self.due().filter(unpaused("upstream"), paused=False)

    def withdraw(self, **changes: Any) -> int:
        """Takes the rows from whoever works on them, as if it had never begun, and writes `changes`. A worker notices
        with its next heartbeat, and whatever it writes until then changes nothing."""
        tried = Case(When(Q(lease_owner="") | Q(attempts=0), then=F("attempts")), default=F("attempts") - 1)
        return self.change(lease_owner="", lease_until=None, attempts=tried, **changes)


class Steered(models.Model):
    """Columns of work that people can hurry or hold. A transfer has the highest priority of the requests that wait for
    it, and is paused where all of them are."""

    priority = models.SmallIntegerField(default=NORMAL, help_text="Higher goes first: -10 low, 0 normal, 10 urgent.")
    paused = models.BooleanField(default=False)

    class Meta:
        abstract = True
