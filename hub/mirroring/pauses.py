"""What steers work: its priority, and pauses of one request, of an upstream, or of the whole hub.

A pause of an upstream or of the hub is a row. Every claim asks for it in its own UPDATE, so that nothing begins after
the pause was committed, on whichever host.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Now
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


RUNNING, PAUSED, WAITING, DUE = "running", "paused", "waiting", "due"
STANDINGS = (RUNNING, DUE, WAITING, PAUSED)


def standing_now() -> Case:
    """How a row that is queued stands: a worker has it; people hold it; it waits for its next try; it may be taken."""
    return Case(
        When(lease_until__gte=Now(), then=Value(RUNNING)),
        When(paused=True, then=Value(PAUSED)),
        When(upstream__in=Pause.objects.exclude(upstream=None).values("upstream"), then=Value(PAUSED)),
        When(Exists(Pause.objects.filter(upstream=None)), then=Value(PAUSED)),
        When(not_before__gt=Now(), then=Value(WAITING)),
        default=Value(DUE),
        output_field=CharField(),
    )


def priority_word(priority: int) -> str:
    """What lies between the named priorities counts with the lower one, so that there are few words."""
    words = tuple(PRIORITIES)
    return next((word for word in reversed(words) if priority >= PRIORITIES[word]), words[0])


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
