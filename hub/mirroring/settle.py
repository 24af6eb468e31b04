"""Ends of a transfer: its bytes are durable, or it gave up. Every write is fenced by the lease of the worker."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from hub import metrics
from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.blobs.models import Blob
from hub.catalog.models import RepoFile, Revision
from hub.catalog.publishing import is_complete, move_ref, publish
from hub.errors import CorruptBytes, HubError, UpstreamRateLimited
from hub.index.held import note_held
from hub.mirroring.detour import detour, rest_of
from hub.mirroring.gather import gather, link_held, waiting_for
from hub.mirroring.leases import from_now
from hub.mirroring.models import Request, Transfer

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 20
MAX_CORRUPT_ATTEMPTS = 5
"""Bytes that are wrong five times in a row are wrong upstream."""


@dataclass(frozen=True)
class Landing:
    """Verified bytes that the store holds: what a transfer's worker knows at its end."""

    transfer_id: int
    owner: str
    sha256: str
    size: int
    git_oid: str
    bytes_per_second: int = 0
    """How fast it came, of a large file."""


def settle(landings: Sequence[Landing]) -> None:
    """Writes the Blob rows, links every file that waited, and publishes the revisions that this completes.

    The bytes must be durable before the call. A landing whose lease was lost changes nothing here: whoever holds the
    lease now settles the same digest. A kill before the publication leaves it to the next sweep.
    """
    with transaction.atomic():
        kept = _end(landings)
        Blob.objects.bulk_create(
            [
                Blob(sha256=landing.sha256, size=landing.size, git_oid=landing.git_oid)
                for landing in sorted(kept, key=lambda landing: landing.sha256)
            ],
            ignore_conflicts=True,
        )
        files = _files_of(Transfer.objects.filter(pk__in=[landing.transfer_id for landing in kept]))
        waiting = set(files.values_list("revision_id", flat=True))
        # Files that are locked belong to a plan, which links them when it has the locks that we hold.
        link_held(files, wait=False)
    conclude(waiting)


def _end(landings: Sequence[Landing]) -> list[Landing]:
    """Marks the transfers done whose lease still belongs to the landing's owner; returns those landings."""
    queued = Transfer.objects.filter(state=Transfer.State.QUEUED)
    named = queued.filter(pk__in=[landing.transfer_id for landing in landings]).order_by("pk").select_for_update()
    owners = dict(named.values_list("pk", "lease_owner"))
    kept = [landing for landing in landings if owners.get(landing.transfer_id) == landing.owner]
    for landing in kept:
        if landing.bytes_per_second:
            queued.filter(pk=landing.transfer_id).update(bytes_per_second=landing.bytes_per_second)
    for owner in {landing.owner for landing in kept}:
        queued.filter(pk__in=[landing.transfer_id for landing in kept if landing.owner == owner]).release(
            owner,
            state=Transfer.State.DONE,
            received=F("size"),
            finished_at=timezone.now(),
            tried=[],
            error="",
            error_code="",
        )
    metrics.TRANSFERS_ENDED.labels("done").inc(len(kept))
    if len(kept) < len(landings):
        metrics.TRANSFERS_ENDED.labels("lost").inc(len(landings) - len(kept))
        logger.info("%d transfers were taken over by another worker", len(landings) - len(kept))
    return kept


def _files_of(transfers: QuerySet[Transfer]) -> QuerySet[RepoFile]:
    by_sha256: set[str] = set()
    by_oid: set[str] = set()
    for transfer in transfers:
        algorithm, _, value = transfer.digest.partition(":")
        (by_sha256 if algorithm == "sha256" else by_oid).add(value)
    return RepoFile.objects.filter(Q(sha256__in=by_sha256) | Q(sha256="", oid__in=by_oid), blob=None)


def conclude(revision_ids: Iterable[int]) -> None:
    """Publishes those of the revisions that are complete, and ends the requests that waited for them. Each in a
    transaction of its own: whoever steers a request holds it and waits for its transfers, so nobody may wait the other
    way round."""
    for revision in Revision.objects.filter(pk__in=revision_ids).select_related("repo__upstream").order_by("pk"):
        if is_complete(revision):
            with transaction.atomic():
                _conclude(revision)


def _conclude(revision: Revision) -> None:
    if publish(revision):
        record(SYSTEM, "revision.published", f"{revision.repo}@{revision.commit}", files=revision.files.count())
    elif not Revision.objects.filter(pk=revision.pk).exclude(published_at=None).select_for_update():
        # Somebody evicted its files since we looked: its requests wait on, and the next sweep fetches them again.
        return
    for request in Request.objects.filter(revision=revision, state=Request.State.FETCHING).order_by("pk"):
        _finish(request, revision)
    note_held(revision.repo)


def _finish(request: Request, revision: Revision) -> None:
    now = timezone.now()
    ended = Request.objects.filter(pk=request.pk, state=Request.State.FETCHING).update(
        state=Request.State.PUBLISHED, paused=False, error="", error_code="", changed_at=now
    )
    if ended and (kind := request.facts.get("ref_kind")):
        move_ref(revision, kind, request.ref or request.facts.get("default_ref") or revision.repo.default_ref)


def fail(transfer_id: int, owner: str, error: HubError) -> None:
    """The transfer's worker gives up. It goes on from another hub where one has the same bytes; else it waits, or fails
    for good where the error is permanent or came too often."""
    transfer = Transfer.objects.held_by(owner).filter(pk=transfer_id).first()
    if transfer is None:
        return
    metrics.TRANSFER_ERRORS.labels(error.code).inc()
    if isinstance(error, UpstreamRateLimited) and error.retry_after is not None:
        put_off([transfer_id], owner, error)
        return
    if detour([transfer_id], owner, error):
        return
    most = MAX_CORRUPT_ATTEMPTS if isinstance(error, CorruptBytes) else MAX_ATTEMPTS
    note = {"error_code": error.code, "error": error.words[:1000], "bytes_per_second": 0}
    rest = rest_of(transfer, error)
    if rest.seconds is not None and transfer.attempts < most:
        pause = max(pause_after(transfer.attempts, error), timedelta(seconds=rest.seconds))
        metrics.TRANSFERS_ENDED.labels("retried").inc()
        Transfer.objects.filter(pk=transfer_id).release(owner, not_before=from_now(pause), **rest.columns, **note)
        return
    with transaction.atomic():
        waiting = _lock_requests(transfer)
        ended = Transfer.objects.filter(pk=transfer_id).release(
            owner, state=Transfer.State.FAILED, finished_at=timezone.now(), **note
        )
        if ended:
            metrics.TRANSFERS_ENDED.labels("failed").inc()
            _fail_requests(waiting, transfer, error)


def put_off(transfer_ids: Iterable[int], owner: str, error: HubError) -> int:
    """These wait for as long as upstream, or our own limit, asks for, unless another hub has the same bytes; how many.
    It counts as no attempt: it says nothing about them."""
    named = set(transfer_ids)
    waiting = Transfer.objects.filter(pk__in=named - detour(named, owner, error))
    note: dict[str, Any] = {"attempts": F("attempts") - 1, "error_code": error.code, "error": error.words[:1000]}
    note["bytes_per_second"] = 0
    count = 0
    for transfer in waiting.held_by(owner).exclude(tried=[]).order_by("pk"):
        # Another upstream may want to be left alone for less long. One that named no time waits longer each round.
        rest = rest_of(transfer, error)
        pause = timedelta(seconds=rest.seconds or growing_pause(transfer.attempts))
        counted = {} if rest.seconds else {"attempts": F("attempts")}
        columns = {**note, **rest.columns, **counted}
        count += waiting.filter(pk=transfer.pk).release(owner, not_before=from_now(pause), **columns)
    pause = timedelta(seconds=max(error.retry_after or 0.0, 1.0))
    return count + waiting.release(owner, not_before=from_now(pause), **note)


def pause_after(attempts: int, error: HubError) -> timedelta:
    """1, 2, 4 … 300 s, or what upstream asked for where that is longer."""
    return timedelta(seconds=max(growing_pause(attempts), error.retry_after or 0))


def growing_pause(attempts: int) -> float:
    return float(min(2 ** max(attempts - 1, 0), 300))


def _lock_requests(transfer: Transfer) -> list[Request]:
    """Those that are being fetched and wait for the transfer; locked before it, as by whoever steers them."""
    revisions = waiting_for(transfer).values_list("revision_id", flat=True)
    waiting = Request.objects.filter(revision__in=revisions, state=Request.State.FETCHING)
    return list(waiting.order_by("pk").select_for_update(of=("self",)).select_related("upstream"))


def _fail_requests(waiting: list[Request], transfer: Transfer, error: HubError) -> None:
    sentence = f"{transfer.path}: {error.words}"[:1000]
    for request in waiting:
        Request.objects.filter(pk=request.pk, state=Request.State.FETCHING).update(
            state=Request.State.FAILED,
            error_code=error.code,
            error=sentence,
            not_before=from_now(timedelta(seconds=60)),
            changed_at=timezone.now(),
        )
        record(SYSTEM, "request.failed", str(request), request=request.pk, error=sentence)


def settle_waiting() -> int:
    """Repairs revisions whose last nudge or settle was lost; returns how many requests are still being fetched."""
    fetching = Request.objects.filter(state=Request.State.FETCHING).exclude(revision=None)
    for revision in Revision.objects.filter(requests__in=fetching).distinct().select_related("repo__upstream"):
        try:
            gather_again(revision)
        except DatabaseError as error:
            # A blob that was linked was pruned at the same moment, or two waited for each other's rows.
            logger.info("%s is gathered again at the next sweep (%s)", revision, error)
    return fetching.count()


def gather_again(revision: Revision) -> None:
    """Links what is held by now, queues what is missing, and publishes if nothing is."""
    with transaction.atomic():
        missing = gather(revision)
    if not missing:
        conclude([revision.pk])
