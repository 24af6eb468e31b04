"""Looks after the bytes that are held: re-reads them, and throws away what nothing refers to.

The commands `verifyblobs` and `pruneblobs` are the doors to it.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone

from hub.blobs.models import Blob
from hub.blobs.store import Store
from hub.blobs.stores import store
from hub.digests import Algorithm, Digest, Hasher
from hub.errors import BlobMissing

logger = logging.getLogger(__name__)

GRACE = timedelta(hours=24)
"""Younger things are left alone: they may belong to work that goes on right now."""

PIECE = 4 * 1024 * 1024


class Condition(StrEnum):
    FINE = "fine"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What the bytes of one blob are like."""

    sha256: str
    size: int
    condition: Condition


def verify_blobs(limit: int | None = None) -> Iterator[Finding]:
    """Re-reads up to `limit` blobs, those first that were not looked at for longest, and tells of each.

    Whatever was read gets its `checked_at`; nothing is ever deleted here.
    """
    held = store()
    blobs = Blob.objects.order_by(F("checked_at").asc(nulls_first=True), "pk")[:limit]
    for pk, sha256, size in list(blobs.values_list("pk", "sha256", "size")):
        finding = Finding(sha256, size, _condition(held, sha256, size))
        Blob.objects.filter(pk=pk).update(checked_at=timezone.now())
        yield finding


def _condition(held: Store, sha256: str, size: int) -> Condition:
    hasher = Hasher(size, Digest(Algorithm.SHA256, sha256))
    try:
        with held.open(sha256) as file:
            while piece := file.read(PIECE):
                hasher.update(piece)
    except BlobMissing:
        return Condition.MISSING
    return Condition.FINE if hasher.seen == size and hasher.sha256 == sha256 else Condition.WRONG


@dataclass
class Pruned:
    """How many rows, objects and unfinished uploads went (or would go), and the bytes of the objects."""

    rows: int = 0
    objects: int = 0
    bytes: int = 0
    uploads: int = 0


def prune_blobs(grace: timedelta = GRACE, dry_run: bool = False) -> Pruned:
    """Removes blobs that no file refers to, objects without a row and stale uploads, all older than `grace`."""
    before, held, pruned = timezone.now() - grace, store(), Pruned()
    _prune_rows(held, before, pruned, dry_run)
    _prune_objects(held, before, pruned, dry_run)
    for key in list(held.stale_uploads(before)):
        pruned.uploads += 1
        if not dry_run:
            held.drop_upload(key)
    return pruned


def _prune_rows(held: Store, before: datetime, pruned: Pruned, dry_run: bool) -> None:
    for pk, sha256, size in list(Blob.objects.orphaned(before).values_list("pk", "sha256", "size")):
        if dry_run or _delete_row(pk, before):
            pruned.rows += 1
            _count(pruned, size, dry_run or held.delete(sha256, before))


def _delete_row(pk: int, before: datetime) -> bool:
    """One DELETE, by condition. A plan that links the blob at the same moment wins: its file's foreign key, which the
    database checks at commit, makes one of the two fail."""
    try:
        with transaction.atomic():
            deleted, _ = Blob.objects.orphaned(before).filter(pk=pk).delete()
    except (IntegrityError, ProtectedError):
        return False
    return bool(deleted)


def _prune_objects(held: Store, before: datetime, pruned: Pruned, dry_run: bool) -> None:
    """What a kill between the bytes and the row has left. `before` is asked again at the deletion: a worker may have
    just stored the same digest anew."""
    for found in held.walk():
        if found.modified_at >= before or Blob.objects.filter(sha256=found.sha256).exists():
            continue
        _count(pruned, found.size, dry_run or held.delete(found.sha256, before))


def _count(pruned: Pruned, size: int, gone: bool) -> None:
    if gone:
        pruned.objects += 1
        pruned.bytes += size
