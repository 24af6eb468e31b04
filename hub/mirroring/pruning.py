"""Throws away what nothing refers to: blobs of no file, objects without a row, uploads that nobody goes on with.

The row goes first and the object after it: a kill in between leaves bytes without a row, which the next run finds.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from hub import metrics
from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.blobs.models import Blob
from hub.blobs.store import Store
from hub.blobs.stores import store
from hub.mirroring.models import Transfer
from hub.mirroring.removals import MOST_SECONDS, Doomed, forget_dead_removals, open_transfers, removing

BATCH = 200
UPLOAD_GRACE = timedelta(hours=1)
PRUNED = "blobs.pruned"
"""The verb of the event that tells of a prune which removed something."""


@dataclass
class Pruned:
    """How many rows, objects and unfinished uploads went (or would go), and the bytes of the objects."""

    rows: int = 0
    objects: int = 0
    bytes: int = 0
    uploads: int = 0

    def count(self, size: int) -> None:
        self.objects += 1
        self.bytes += size


def grace() -> timedelta:
    """Younger things are left alone: they may belong to work that goes on right now."""
    return timedelta(hours=settings.PRUNE_HOURS)


def prune_blobs(
    younger: timedelta | None = None, dry_run: bool = False, stopped: Callable[[], bool] = lambda: False
) -> Pruned:
    """Removes what nothing refers to and is older than `younger` (the setting's grace where it is None).

    It may run beside itself, plans and workers, on any hosts, and may be killed at any moment.
    """
    before = timezone.now() - (grace() if younger is None else younger)
    held, pruned = store(), Pruned()
    if not dry_run:
        forget_dead_removals()
    for batch in _batches(Doomed(*row) for row in _orphans(before)):
        if not stopped():
            _prune_batch(held, batch, before, pruned, dry_run)
    for batch in _batches(_without_row(held, before)):
        if not stopped():
            _prune_batch(held, batch, before, pruned, dry_run)
    _prune_uploads(held, before, pruned, dry_run)
    if pruned.objects and not dry_run:
        record(SYSTEM, PRUNED, "the store", rows=pruned.rows, objects=pruned.objects, bytes=pruned.bytes)
    return pruned


def _orphans(before: datetime) -> list[tuple[str, int]]:
    return list(Blob.objects.orphaned(before).order_by("pk").values_list("sha256", "size"))


def _without_row(held: Store, before: datetime) -> Iterator[Doomed]:
    """What a kill between the bytes and the row has left."""
    old = (Doomed(found.sha256, found.size) for found in held.walk() if found.modified_at < before)
    for batch in _batches(old):
        known = set(_known(batch))
        yield from (one for one in batch if one.sha256 not in known)


def _prune_batch(held: Store, batch: list[Doomed], before: datetime, pruned: Pruned, dry_run: bool) -> None:
    if dry_run:
        pruned.rows += len(list(_known(batch)))
        for one in batch:
            pruned.count(one.size)
        return
    until = time.monotonic() + MOST_SECONDS
    with removing(batch) as free:
        rows, gone = _delete_rows(free, before)
        pruned.rows += rows
        for one in gone:
            if time.monotonic() < until and held.delete(one.sha256, before):
                pruned.count(one.size)
                metrics.REMOVED_BYTES.inc(one.size)


def _delete_rows(free: list[Doomed], before: datetime) -> tuple[int, list[Doomed]]:
    """How many rows went, and those of the objects that have no row now.

    A plan that links a blob at the same moment wins: its file's foreign key, which the database checks at the commit,
    makes one of the two fail.
    """
    try:
        with transaction.atomic():
            doomed = Blob.objects.orphaned(before).filter(sha256__in=[one.sha256 for one in free])
            rows, _ = doomed.delete()
    except (IntegrityError, ProtectedError):
        if len(free) == 1:
            return 0, []
        parts = [_delete_rows([one], before) for one in free]
        return sum(rows for rows, _ in parts), [one for _, gone in parts for one in gone]
    known = set(_known(free))
    return rows, [one for one in free if one.sha256 not in known]


def _known(objects: list[Doomed]) -> Iterable[str]:
    """The sha256 of those that have a row."""
    return Blob.objects.filter(sha256__in=[one.sha256 for one in objects]).values_list("sha256", flat=True)


def _prune_uploads(held: Store, before: datetime, pruned: Pruned, dry_run: bool) -> None:
    """Parts of a transfer that waits or is paused stay, however old they are. Small files that are being written this
    moment have no transfer's name, so the grace is never less than UPLOAD_GRACE here."""
    before = min(before, timezone.now() - UPLOAD_GRACE)
    for key in list(held.stale_uploads(before)):
        if Transfer.objects.filter(open_transfers(), digest=key.partition("+")[0]).exists():
            continue
        pruned.uploads += 1
        if not dry_run:
            held.drop_upload(key)


def _batches(objects: Iterable[Doomed]) -> Iterator[list[Doomed]]:
    rest = iter(objects)
    while batch := list(islice(rest, BATCH)):
        yield batch
