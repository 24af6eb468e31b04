"""A crawl: one slice of an upstream's listing, how far it has been read, and who reads it now.

Its place and the rows of the page before it are written in one transaction: whoever is killed at any page goes on
there. A pass over a slice has one of three stages: `changes` reads what changed since the last pass; `full` reads all,
and `catch-up` what changed meanwhile, for a repo that changes moves to the front, where the pass has already been.
"""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from hub.index.scope import name_of
from hub.names import RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import Slice

LEASE_SECONDS = 180
"""Longer than the slowest page takes, with its waits for the budget and its second try."""


class CrawlQuerySet(models.QuerySet["Crawl"]):
    def due(self) -> Self:
        """In the scope, held by nobody, and its time has come."""
        return self.free().filter(Q(not_before=None) | Q(not_before__lte=Now()), active=True, upstream__enabled=True)

    def free(self) -> Self:
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def claim(self, owner: str) -> int:
        """Takes the lease where it is free: of two workers who chose the same row one gets 0."""
        return self.free().update(lease_owner=owner, lease_until=Now() + timedelta(seconds=LEASE_SECONDS))

    def renew(self, owner: str, **changes: Any) -> int:
        """Writes `changes` and keeps the lease; 0 means that it was lost."""
        until = Now() + timedelta(seconds=LEASE_SECONDS)
        return self.filter(lease_owner=owner).update(lease_until=until, **changes)

    def release(self, owner: str, **changes: Any) -> int:
        return self.filter(lease_owner=owner).update(lease_owner="", lease_until=None, **changes)


class Crawl(models.Model):
    """`watermark` is the newest change that all passes up to the last have seen, `reached` that of the one under way.
    Counts are those of the pass under way, or of the last one."""

    class Stage(models.TextChoices):
        IDLE = "", "idle"
        CHANGES = "changes"
        FULL = "full"
        CATCH_UP = "catch-up"

    upstream = models.ForeignKey(Upstream, on_delete=models.CASCADE, related_name="crawls")
    kind = models.CharField(max_length=10)
    author = models.CharField(max_length=200, blank=True)
    tag = models.CharField(max_length=200, blank=True)
    task = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True, help_text="Whether the settings still name it.")

    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True, default="")
    cursor = models.TextField(blank=True)
    since = models.DateTimeField(null=True)
    reached = models.DateTimeField(null=True)
    watermark = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True, help_text="The pass under way, or the last one.")
    finished_at = models.DateTimeField(null=True, help_text="The last pass that came to its end.")
    full_at = models.DateTimeField(null=True, help_text="The last full pass that came to its end.")
    full_wanted = models.BooleanField(default=False)

    pages = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    vanished = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text="Listed by the last full pass.")
    warning = models.TextField(blank=True)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=40, blank=True)

    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)

    objects = CrawlQuerySet.as_manager()

    class Meta:
        ordering = ["upstream__position", "upstream", "kind", "author", "tag", "task"]
        constraints = [
            models.UniqueConstraint(
                fields=["upstream", "kind", "author", "tag", "task"], name="one_crawl_per_slice_of_an_upstream"
            )
        ]

    def __str__(self) -> str:
        return f"{self.upstream.slug} {name_of(self.slice)}"

    @property
    def slice(self) -> Slice:
        return Slice(RepoKind(self.kind), self.author, self.tag, self.task, since=self.since)


COUNTS = ("pages", "listed", "new", "changed", "skipped", "vanished")


def added(**counts: int) -> dict[str, Any]:
    """Columns that grow by so much."""
    return {name: F(name) + count for name, count in counts.items() if count}


class Sighting(models.Model):
    """An entry that the full pass under way has seen, and that has not changed. They go when the pass ends.

    A narrow row costs a tenth of writing into the entry itself, with all its indexes.
    """

    crawl = models.ForeignKey(Crawl, on_delete=models.CASCADE, related_name="+", db_index=False)
    entry = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["crawl", "entry"], name="one_sighting_of_an_entry_per_crawl")]

    def __str__(self) -> str:
        return f"{self.crawl_id}: {self.entry}"
