from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils import timezone


class BlobQuerySet(models.QuerySet[Any]):
    def orphaned(self, before: datetime) -> Self:
        """Blobs that no file of any revision refers to, and that have been held since before `before`."""
        return self.filter(files=None, created_at__lt=before)


class Blob(models.Model):
    """Bytes that were verified and are durable in the store. No row ever precedes its bytes."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    git_oid = models.CharField(max_length=40, blank=True, db_index=True, help_text="git blob id; empty for large blobs")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, help_text="last time the bytes were re-read and re-hashed")

    checking_until = models.DateTimeField(null=True, editable=False, help_text="Somebody re-reads it until then.")

    objects = BlobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["checked_at"], name="longest_unchecked")]

    def __str__(self) -> str:
        return f"sha256:{self.sha256[:12]}…"


class Removal(models.Model):
    """An object that is being deleted at this moment, until `until`: nobody may begin to rely on its bytes.

    hub/mirroring/removals.py says how it keeps a deletion and a transfer of the same digest apart.
    """

    digest = models.CharField(max_length=71, unique=True, help_text="sha256:<hex>")
    size = models.BigIntegerField()
    owner = models.CharField(max_length=100)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest


class Damage(models.Model):
    """Bytes that turned out missing or wrong after they had been held, and what became of them."""

    class Condition(models.TextChoices):
        MISSING = "missing", "Missing"
        WRONG = "wrong", "Wrong bytes"

    sha256 = models.CharField(max_length=64, db_index=True)
    git_oid = models.CharField(max_length=40, blank=True)
    size = models.BigIntegerField()
    condition = models.CharField(max_length=10, choices=Condition.choices)
    found_at = models.DateTimeField(default=timezone.now, db_index=True)
    files = models.PositiveIntegerField(default=0, help_text="How many files of all revisions had these bytes.")
    repaired_at = models.DateTimeField(null=True, help_text="The bytes were fetched anew, or nothing needs them now.")
    trouble = models.CharField(max_length=1000, blank=True, help_text="Why they cannot be fetched anew.")
    tries = models.PositiveIntegerField(default=0, help_text="How often they were asked for.")
    not_before = models.DateTimeField(null=True, editable=False, help_text="The next try, after one that failed.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="one_open_damage", condition=models.Q(repaired_at=None))
        ]

    def __str__(self) -> str:
        return f"sha256:{self.sha256[:12]}… {self.condition}"
