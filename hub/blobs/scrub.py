"""Reads held bytes again and compares their digests. What to do about a bad blob is not decided here.

A blob is claimed while it is read, so that two workers do not read the same; a claim of one that died runs out.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from hub import metrics
from hub.blobs.models import Blob, Damage
from hub.blobs.store import Store
from hub.blobs.stores import store
from hub.digests import Algorithm, Digest, Hasher
from hub.errors import BlobMissing, StoreError

PIECE = 1024 * 1024
CLAIM = timedelta(minutes=5)
RENEW_SECONDS = 60.0
SETTLED = timedelta(days=1)
"""A blob that has just arrived was hashed on its way; it is read for the first time when it is so old."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""`checked_at` of a blob that somebody has doubts about: it comes first."""
CANDIDATES = 16

Condition = Damage.Condition


class Interrupted(Exception):
    """The process ends; the blob in hand is read another time."""


@dataclass(frozen=True)
class Finding:
    """What the bytes of one blob are like; `condition` is None where they are right."""

    sha256: str
    size: int
    condition: Condition | None


class Throttle:
    """Sleeps so that not more than `rate` bytes a second are read (0 = no bound). Raises Interrupted when `stopped`."""

    def __init__(self, rate: int = 0, stopped: Callable[[], bool] = lambda: False) -> None:
        self._rate = rate
        self._stopped = stopped
        self._ready_at = time.monotonic()

    def passed(self, count: int) -> None:
        """So many bytes were read."""
        now = time.monotonic()
        # A pause of the reader earns no credit of more than a second.
        self._ready_at = max(self._ready_at, now - 1.0) + (count / self._rate if self._rate else 0.0)
        while (left := self._ready_at - time.monotonic()) > 0:
            if self._stopped():
                raise Interrupted
            time.sleep(min(left, 0.2))
        if self._stopped():
            raise Interrupted


def examine(
    held: Store, sha256: str, size: int, throttle: Throttle, tick: Callable[[], None] = lambda: None
) -> Finding:
    """Reads the bytes, a second time where they are wrong: it may have been the line or the memory.

    Raises StoreError where the store cannot be asked, which says nothing about the bytes.
    """
    try:
        is_right = any(_is_right(held, sha256, size, throttle, tick) for _ in range(2))
    except BlobMissing:
        metrics.SCRUBBED_BLOBS.labels(Condition.MISSING.value).inc()
        return Finding(sha256, size, Condition.MISSING)
    metrics.SCRUBBED_BLOBS.labels("fine" if is_right else Condition.WRONG.value).inc()
    return Finding(sha256, size, None if is_right else Condition.WRONG)


def _is_right(held: Store, sha256: str, size: int, throttle: Throttle, tick: Callable[[], None]) -> bool:
    hasher = Hasher(size, Digest(Algorithm.SHA256, sha256))
    with held.open(sha256) as file:
        _forget_cached(file)
        while piece := file.read(PIECE):
            hasher.update(piece)
            throttle.passed(len(piece))
            metrics.SCRUBBED_BYTES.inc(len(piece))
            tick()
        _forget_cached(file)
    return hasher.seen == size and hasher.sha256 == sha256


def _forget_cached(file: BinaryIO) -> None:
    """The disk is asked, not the page cache; and what was read here does not push out what readers want."""
    try:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except (AttributeError, OSError):
        # A store without files.
        return


def verify_blobs(limit: int | None = None) -> Iterator[Finding]:
    """Reads up to `limit` blobs, those first that were not read for longest, and tells of each; changes nothing but
    `checked_at` of those that are right."""
    held, throttle = store(), Throttle()
    blobs = Blob.objects.order_by(F("checked_at").asc(nulls_first=True), "pk")[:limit]
    for pk, sha256, size in list(blobs.values_list("pk", "sha256", "size")):
        finding = examine(held, sha256, size, throttle)
        Blob.objects.filter(pk=pk).update(checked_at=AT_ONCE if finding.condition else timezone.now())
        yield finding


def scrub_next(held: Store, throttle: Throttle, unread_since: datetime) -> Finding | None:
    """Claims and examines the blob that was not read for longest, if that was before `unread_since`; None where there
    is none. One that is right has its `checked_at` then; one that is not keeps its claim, for whoever repairs it."""
    blob = _claim(unread_since)
    if blob is None:
        return None
    rows, renewed_at = Blob.objects.filter(pk=blob.pk), time.monotonic()

    def tick() -> None:
        nonlocal renewed_at
        if time.monotonic() - renewed_at > RENEW_SECONDS:
            renewed_at = time.monotonic()
            rows.update(checking_until=Now() + CLAIM)

    try:
        finding = examine(held, blob.sha256, blob.size, throttle, tick)
    except (Interrupted, StoreError):
        rows.update(checking_until=None)
        raise
    if finding.condition is None:
        rows.update(checked_at=timezone.now(), checking_until=None)
    return finding


def suspect(sha256: str) -> None:
    """Somebody has doubts about these bytes: they are read at the next opportunity."""
    Blob.objects.filter(sha256=sha256).update(checked_at=AT_ONCE)


def due_blobs(unread_since: datetime) -> Iterator[int]:
    """A few of those that are due and that nobody reads. Two questions, because each has its index."""
    free = Blob.objects.filter(Q(checking_until=None) | Q(checking_until__lt=Now()))
    read = free.filter(checked_at__lt=unread_since).order_by("checked_at").values_list("pk", flat=True)
    yield from read[:CANDIDATES]
    unread = free.filter(checked_at=None, created_at__lt=max(unread_since, timezone.now() - SETTLED))
    yield from unread.order_by("pk").values_list("pk", flat=True)[:CANDIDATES]


def _claim(unread_since: datetime) -> Blob | None:
    for pk in due_blobs(unread_since):
        free = Blob.objects.filter(Q(checking_until=None) | Q(checking_until__lt=Now()), pk=pk)
        if free.update(checking_until=Now() + CLAIM):
            return Blob.objects.filter(pk=pk).first()
    return None
