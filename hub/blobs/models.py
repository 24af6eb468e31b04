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

    objects = BlobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"sha256:{self.sha256[:12]}…"
