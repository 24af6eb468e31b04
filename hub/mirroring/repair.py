"""What happens to a blob whose bytes are missing or wrong: it is taken away from readers, and fetched again.

A bad blob loses its row and its object, and its files wait for their digest again, as they did before it first came in.
So plans, workers and `settle` need to know nothing about damage, and there is no row without right bytes. The revision
stays published, for its tree is true; whoever asks for such a file is told that it is on its way back.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.blobs.models import Blob, Damage
from hub.blobs.scrub import AT_ONCE, Finding, Interrupted, Throttle, scrub_next
from hub.blobs.store import Store
from hub.blobs.stores import store
from hub.catalog.models import RepoFile, Revision
from hub.errors import BlobMissing, OnItsWay, StoreError
from hub.mirroring.gather import gather, link_held
from hub.mirroring.models import Transfer
from hub.mirroring.removals import Doomed, removing
from hub.nudge import nudge

logger = logging.getLogger(__name__)

SLICE_SECONDS = 50.0
"""How long one call scrubs; a large blob that was begun is read to its end."""
SAMPLE = 10
ASK_AGAIN = timedelta(days=1)
"""After upstream could not give a damaged file again."""
RETRY_SECONDS = 30


@dataclass
class Scrubbed:
    """What one call has read, in blobs and bytes."""

    blobs: int = 0
    bytes: int = 0
    bad: list[Finding] = field(default_factory=list)


def scrub(
    seconds: float = SLICE_SECONDS,
    rate: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
    unread_since: datetime | None = None,
    told: Callable[[Finding], None] = lambda finding: None,
    store_is_lost: bool = False,
) -> Scrubbed:
    """Reads what was not read for HUB_SCRUB_DAYS (or since `unread_since`) for about `seconds`, at most `rate` bytes a
    second; takes bad blobs away and sees to it that they come back.

    Raises StoreError where the store cannot be read, or where it looks as if it were not there at all: then nothing is
    taken away, unless `store_is_lost` says that it is true.
    """
    since = unread_since or timezone.now() - timedelta(days=settings.SCRUB_DAYS)
    rate = settings.SCRUB_RATE if rate is None else rate
    held, throttle, done, until = store(), Throttle(rate, stopped), Scrubbed(), time.monotonic() + seconds
    try:
        while not stopped() and time.monotonic() < until and (finding := scrub_next(held, throttle, since)):
            done.blobs += 1
            done.bytes += finding.size
            told(finding)
            if finding.condition is not None:
                done.bad.append(finding)
                _take_away(held, finding, store_is_lost)
    except Interrupted:
        pass
    mend()
    return done


def _take_away(held: Store, finding: Finding, store_is_lost: bool) -> None:
    try:
        if finding.condition == Damage.Condition.MISSING and not store_is_lost:
            _refuse_an_empty_store(held, finding)
        taken = condemn(held, finding)
    except BaseException:
        Blob.objects.filter(sha256=finding.sha256).update(checked_at=AT_ONCE, checking_until=None)
        raise
    if not taken:
        # Something else is at this digest. The claim runs out in some minutes, and the blob comes first then.
        Blob.objects.filter(sha256=finding.sha256).update(checked_at=AT_ONCE)


def _refuse_an_empty_store(held: Store, finding: Finding) -> None:
    """A disk that is not mounted, or another bucket, must not make the hub throw all its rows away."""
    others = Blob.objects.exclude(sha256=finding.sha256).values_list("sha256", flat=True)
    sample = {*others.order_by("pk")[:SAMPLE], *others.order_by("-pk")[:SAMPLE]}
    if sample and all(held.size(sha256) is None for sha256 in sample):
        raise StoreError(
            f"the store has none of {len(sample) + 1} blobs that were looked for",
            "see whether the right disk or bucket is there; if the bytes are lost, run manage.py scrub --store-is-lost",
        )


def condemn(held: Store, finding: Finding) -> bool:
    """Takes a bad blob away from readers and queues it anew; False where a transfer or a plan is at the same digest."""
    with removing([Doomed(finding.sha256, finding.size)]) as free:
        if not free or not _unlink(finding):
            return False
        held.delete(finding.sha256)
    return True


def _unlink(finding: Finding) -> bool:
    condition = finding.condition or Damage.Condition.WRONG
    try:
        with transaction.atomic():
            blob = Blob.objects.filter(sha256=finding.sha256).first()
            if blob is None:
                return False
            files = RepoFile.objects.filter(blob=blob)
            count = files.update(blob=None)
            blob.delete()
            Damage.objects.get_or_create(
                sha256=blob.sha256,
                repaired_at=None,
                defaults={
                    "git_oid": blob.git_oid,
                    "size": blob.size,
                    "condition": condition,
                    "files": count,
                },
            )
            record(SYSTEM, "blob.damaged", f"sha256:{blob.sha256}", condition=condition, files=count)
    except (IntegrityError, ProtectedError):
        return False
    logger.error("sha256:%s is %s; %d files wait for it to be fetched again", blob.sha256, finding.condition, count)
    return True


def mend() -> int:
    """Looks after every damage that is open: notes what is back, asks for what is not; how many stay open."""
    for damage in Damage.objects.filter(repaired_at=None):
        with transaction.atomic():
            _mend(damage)
    return Damage.objects.filter(repaired_at=None).count()


def _mend(damage: Damage) -> None:
    waiting = files_waiting(damage)
    if Blob.objects.filter(sha256=damage.sha256).exists():
        link_held(waiting)
        _close(damage, "blob.repaired")
    elif not waiting.filter(wanted=True, revision__published_at__isnull=False).exists():
        _close(damage, "blob.not_needed")
    else:
        _chase(damage, _transfer_of(damage))


def _chase(damage: Damage, transfer: Transfer | None) -> None:
    """Asks for the bytes, unless they are on their way, or upstream has just failed to give them."""
    coming = transfer is not None and transfer.state == Transfer.State.QUEUED
    failed = transfer is not None and transfer.state == Transfer.State.FAILED
    if not coming and not (failed and damage.not_before and damage.not_before > timezone.now()):
        # What failed before it was needed for this is no answer yet.
        _ask(damage)
    elif transfer is not None and transfer.error != damage.trouble:
        if failed:
            record(SYSTEM, "blob.irreparable", f"sha256:{damage.sha256}", error=transfer.error)
        Damage.objects.filter(pk=damage.pk).update(trouble=transfer.error)


def files_waiting(damage: Damage) -> QuerySet[RepoFile]:
    """Files of any revision that had these bytes."""
    named = Q(sha256=damage.sha256)
    if damage.git_oid:
        named |= Q(sha256="", oid=damage.git_oid)
    return RepoFile.objects.filter(named, blob=None, size=damage.size)


def _transfer_of(damage: Damage) -> Transfer | None:
    digests = [f"sha256:{damage.sha256}", *([f"git:{damage.git_oid}"] if damage.git_oid else [])]
    return Transfer.objects.filter(digest__in=digests).order_by("state").last()


def _ask(damage: Damage) -> None:
    """Queues the transfer from a published revision that has the file; another one each time."""
    wanted = files_waiting(damage).filter(wanted=True)
    revisions = Revision.objects.filter(published_at__isnull=False, files__in=wanted).distinct()
    choice = list(revisions.order_by("-published_at", "-pk").values_list("pk", flat=True)[:50])
    gather(revisions.get(pk=choice[damage.tries % len(choice)]))
    Damage.objects.filter(pk=damage.pk).update(tries=damage.tries + 1, not_before=timezone.now() + ASK_AGAIN)
    nudge("workers.sweep")


def _close(damage: Damage, verb: str) -> None:
    if Damage.objects.filter(pk=damage.pk, repaired_at=None).update(repaired_at=timezone.now(), trouble=""):
        record(SYSTEM, verb, f"sha256:{damage.sha256}", condition=damage.condition)


def raise_if_damaged(sha256: str, git_oid: str) -> None:
    """For a file of a published tree without bytes: raises what a reader should know if they were found damaged.

    OnItsWay while they are fetched again, BlobMissing where upstream could not give them.
    """
    named = Q(sha256=sha256) if sha256 else Q(git_oid=git_oid)
    damage = Damage.objects.filter(named, repaired_at=None).first()
    if damage is None:
        return
    what = f"these bytes were found {'missing' if damage.condition == 'missing' else 'damaged'} in the hub's store"
    if damage.trouble:
        raise BlobMissing(f"{what} and cannot be fetched again: {damage.trouble}", "an operator knows: ask them")
    raise OnItsWay(f"{what} and are being fetched again", "come back in a moment", RETRY_SECONDS)
