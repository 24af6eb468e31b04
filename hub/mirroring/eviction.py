"""Takes published revisions away from readers: by hand, or to make room, the one first that was not pulled for longest.

The rows of a retired revision stay, with its files and their digests, as the record of what was served; its bytes go
with the next prune, where nothing else has them. Whoever pulls it again brings it in again, as any miss: the rules are
asked, and what a person has approved at that very commit needs no second approval.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub import metrics
from hub.accounts.callers import SYSTEM, Caller
from hub.accounts.events import record
from hub.blobs.models import Blob
from hub.catalog.models import Repo, RepoFile, Revision
from hub.errors import BadInput, StoreFull, WrongState
from hub.index.held import note_held
from hub.mirroring.models import Request
from hub.mirroring.pruning import prune_blobs
from hub.mirroring.quota import Room, room_now
from hub.nudge import nudge
from hub.sizes import human_bytes

State = Request.State
MOST = 1000
"""Revisions that one round looks at."""


@dataclass(frozen=True)
class Eviction:
    """A revision that goes, and the bytes of this hub's store that nothing else needs once it and those before it are
    gone."""

    revision: Revision
    bytes: int


def retire(revision: Revision, caller: Caller, reason: str, keep_out: bool = False) -> int:
    """Takes a published revision away from readers at once; returns the bytes that a prune will free.

    `keep_out` refuses the requests that led to it, so that a pull does not bring it back. Raises BadInput without a
    reason, and WrongState where it is not published, is being fetched, or is followed.
    """
    if not reason.strip():
        raise BadInput("a removal needs a reason", "say why: it is kept in the audit trail")
    with transaction.atomic():
        revision = Revision.objects.select_for_update(of=("self",)).select_related("repo__upstream").get(pk=revision.pk)
        _insist_on_rest(revision)
        held = revision.files.filter(blob__isnull=False)
        detail = {"commit": revision.commit, "bytes": held.aggregate(bytes=Sum("size"))["bytes"] or 0}
        freed = bytes_only_in(revision.pk)
        record(
            caller,
            "revision.evicted",
            f"{revision.repo}@{revision.commit}",
            reason=reason.strip()[:500],
            freed=freed,
            files=held.count(),
            manifest=manifest_of(revision),
            published_at=revision.published_at.isoformat() if revision.published_at else None,
            requests=list(revision.requests.values_list("pk", flat=True)),
            keep_out=keep_out,
            **detail,
        )
        _hide(revision)
        _part_requests(revision, caller, reason, keep_out)
    metrics.EVICTED.inc()
    return freed


def _insist_on_rest(revision: Revision) -> None:
    if revision.published_at is None:
        raise WrongState(f"{revision} is not published", "reload it: somebody may have been quicker")
    if revision.requests.filter(state__in=[State.APPROVED, State.FETCHING]).exists():
        raise WrongState(f"{revision} is being fetched", "wait until that is done")
    if revision.requests.filter(follow__active=True).exists():
        raise WrongState(f"{revision} is followed, and would come back by itself", "stop following it first")


def _hide(revision: Revision) -> None:
    revision.refs.all().delete()
    revision.files.filter(blob__isnull=False).update(blob=None)
    revision.files.filter(wanted=True).update(wanted=False)
    Revision.objects.filter(pk=revision.pk).update(published_at=None, retired_at=timezone.now())
    if not Revision.objects.filter(repo=revision.repo_id, published_at__isnull=False).exists():
        Repo.objects.filter(pk=revision.repo_id).update(held=False)
    note_held(revision.repo)


def _part_requests(revision: Revision, caller: Caller, reason: str, keep_out: bool) -> None:
    """A published request without its revision is opened again by the next pull."""
    for request in revision.requests.filter(state=State.PUBLISHED).select_related("upstream"):
        changes: dict[str, Any] = {"revision": None, "changed_at": timezone.now()}
        if keep_out:
            changes |= {"state": State.REFUSED, "decided_by": caller.user, "decided_at": timezone.now()}
            changes |= {"decision_reason": reason.strip()[:500]}
            record(caller, "request.refused", str(request), request=request.pk, commit=request.commit, reason=reason)
        Request.objects.filter(pk=request.pk).update(**changes)


def manifest_of(revision: Revision) -> str:
    """One sha256 for all that was served: over the lines `<sha256 of the bytes>  <path>` of the held files, by path."""
    hasher = hashlib.sha256()
    rows = revision.files.filter(blob__isnull=False).order_by("path").values_list("blob__sha256", "path")
    for sha256, path in rows.iterator():
        hasher.update(f"{sha256}  {path}\n".encode())
    return hasher.hexdigest()


def bytes_only_in(revision: int, gone: Sequence[int] = ()) -> int:
    """Bytes of the blobs that no other revision has, apart from those that will be gone."""
    elsewhere = RepoFile.objects.filter(blob=OuterRef("pk")).exclude(revision__in=[revision, *gone])
    # By pk, so that no database begins with all blobs that there are.
    here = RepoFile.objects.filter(revision=revision, blob__isnull=False).values("blob")
    blobs = Blob.objects.filter(~Exists(elsewhere), pk__in=here)
    return int(blobs.aggregate(bytes=Sum("size"))["bytes"] or 0)


def evictable() -> QuerySet[Revision]:
    """Published, not pinned, not followed, not being fetched, and neither pulled nor published for HUB_EVICT_DAYS; the
    one first that was not pulled for longest."""
    before = timezone.now() - timedelta(days=settings.EVICT_DAYS)
    busy = Q(state__in=[State.APPROVED, State.FETCHING]) | Q(follow__active=True)
    return (
        Revision.objects.annotate(used_at=Coalesce("pulled_at", "published_at"))
        .filter(~Exists(Request.objects.filter(busy, revision=OuterRef("pk"))))
        .filter(published_at__lt=before, used_at__lt=before, pinned=False, repo__pinned=False)
        .select_related("repo__upstream")
        .order_by("used_at", "pk")
    )


def bytes_short(room: Room | None = None) -> int:
    """How much too little room there is: for what is held and on its way, and for requests that wait for room."""
    room = room or room_now()
    if room.left is None:
        return 0
    waiting = Request.objects.filter(state=State.APPROVED, error_code=StoreFull.code)
    needs = [int(facts.get("bytes_to_fetch", 0)) for facts in waiting.order_by("pk").values_list("facts", flat=True)]
    # What is larger than the whole quota never fits: nothing is thrown away for it.
    fitting = sum(need for need in needs if not room.quota or need <= room.quota)
    return max(0, fitting - room.left)


def choose(short: int) -> Iterator[Eviction]:
    """Enough revisions to free `short` bytes, or all that may go. What two of them share counts for the second."""
    chosen: list[int] = []
    freed = 0
    if short <= 0:
        return
    for revision in evictable()[:MOST]:
        if freed >= short:
            return
        own = bytes_only_in(revision.pk, chosen)
        chosen.append(revision.pk)
        freed += own
        yield Eviction(revision, own)


def evict(caller: Caller = SYSTEM, dry_run: bool = False) -> list[Eviction]:
    """One round. Frees the bytes of earlier rounds first, then retires as many revisions as there is room too little.

    Bytes are freed one round later, so that readers who were just sent to them can still finish.
    """
    if not dry_run and bytes_short():
        prune_blobs()
        _go_on()
    room = room_now()
    short = bytes_short(room) - bytes_unused()
    chosen = list(choose(short))
    if dry_run:
        return chosen
    reason = f"room: {human_bytes(short)} too little ({room.words})"
    return [eviction for eviction in chosen if _retired(eviction, caller, reason)]


def bytes_unused() -> int:
    """Bytes that no file has any more, and that a prune has not freed yet."""
    return int(Blob.objects.filter(files=None).aggregate(bytes=Sum("size"))["bytes"] or 0)


def _retired(eviction: Eviction, caller: Caller, reason: str) -> bool:
    try:
        retire(eviction.revision, caller, reason)
    except WrongState:
        return False
    return True


def _go_on() -> None:
    """Requests that wait for room look again now."""
    waiting = Request.objects.filter(state=State.APPROVED, error_code=StoreFull.code, lease_owner="")
    if waiting.update(not_before=None):
        nudge("workers.sweep")


def pin(row: Repo | Revision, caller: Caller, pinned: bool, reason: str = "") -> None:
    """A pinned repo or revision is never evicted to make room."""
    with transaction.atomic():
        if type(row).objects.filter(pk=row.pk, pinned=not pinned).update(pinned=pinned):
            subject = f"{row.repo}@{row.commit}" if isinstance(row, Revision) else str(row)
            record(caller, "pinned" if pinned else "unpinned", subject, reason=reason.strip()[:500])
