"""Which workers are alive. A row tells people; no work is ever given or taken by it."""

from datetime import timedelta

from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Now

BEAT_SECONDS = 20
GONE_SECONDS = 90
"""So long after its last sign of life a worker is no longer counted."""


class Worker(models.Model):
    """One worker process, while it gives signs of life. Times are the database's, whatever the host's clock."""

    name = models.CharField(max_length=100, unique=True, help_text="host:process:start")
    host = models.CharField(max_length=60)
    pid = models.PositiveIntegerField()
    queues = models.CharField(max_length=100)
    doing = models.CharField(max_length=200, blank=True, help_text="What its lanes were at when it was last seen.")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["host", "pid"]

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


def alive() -> QuerySet[Worker]:
    """The workers that were seen lately."""
    return Worker.objects.filter(seen_at__gte=Now() - timedelta(seconds=GONE_SECONDS))


def sign_of_life(name: str, queues: str, doing: str) -> None:
    """Writes the row of the worker `name` (`host:pid:…`), or makes it."""
    doing = doing[:200]
    if not Worker.objects.filter(name=name).update(doing=doing, queues=queues, seen_at=Now()):
        host, pid = name.split(":")[:2]
        Worker.objects.get_or_create(name=name, defaults={"host": host, "pid": pid, "queues": queues, "doing": doing})


def farewell(name: str) -> None:
    Worker.objects.filter(name=name).delete()


def forget_the_gone() -> int:
    """Removes rows of workers that ended without a word; how many those were."""
    return Worker.objects.filter(seen_at__lt=Now() - timedelta(seconds=GONE_SECONDS)).delete()[0]
