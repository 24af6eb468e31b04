"""The large lane: claims one transfer, brings its bytes in, verifies, publishes them in the store, and settles."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import Error, connection
from django.db.models import Q

from hub.blobs.models import Blob
from hub.blobs.store import Store
from hub.blobs.stores import store
from hub.digests import Algorithm, Digest, Hasher
from hub.errors import CorruptBytes, HubError, LeaseLost, RangeIgnored
from hub.logs import about
from hub.mirroring.models import Transfer
from hub.mirroring.settle import Landing, fail, settle
from hub.tracing import span
from workers.engine.claim import Claim, claim_large
from workers.engine.fetch import BUFFER, LargeFetch
from workers.engine.halt import Halt, Stopping
from workers.engine.heartbeat import Heartbeat
from workers.engine.meter import Meter
from workers.engine.rhythm import PROGRESS_SECONDS
from workers.engine.slow import SlowSource
from workers.engine.source import Source
from workers.engine.whole import WholeFetch

logger = logging.getLogger(__name__)

SETTLE_PAUSES = (0.2, 1.0, 5.0)


class Unexpected(HubError):
    """A fault of ours that has no name yet. It is tried again, because most such faults pass."""

    code, permanent = "Unexpected", False


def run_large(halt: Halt, transfer_id: int | None = None, urgent: bool = False) -> bool:
    """Brings in one large file, the named one or the next; False if there was none to take.

    What is the transfer's own trouble goes to `fail`; when the halt is stopped, the lease goes back.
    """
    claim = claim_large(transfer_id, urgent)
    if claim is None:
        return False
    transfer = claim.transfers[0]
    with about_transfer(transfer), span("transfer", transfer=transfer.pk, size=transfer.size):
        _run(transfer, claim, Halt(halt))
    return True


def about_transfer(transfer: Transfer) -> AbstractContextManager[None]:
    """Lines of the log inside name it."""
    return about(transfer=transfer.pk, repo=f"{transfer.kind} {transfer.repo_id}")


def _run(transfer: Transfer, claim: Claim, halt: Halt) -> None:
    try:
        meter = Meter()
        slow = SlowSource(transfer, meter, halt)
        with Heartbeat(claim, halt, _progress(meter, slow), PROGRESS_SECONDS):
            landing = _bring(transfer, claim, meter, halt)
        land([landing])
    except Stopping:
        claim.give_back()
    except LeaseLost as error:
        logger.warning("%s: %s", transfer, error.words)
    except Error:
        # The bytes are in the store; whoever has the lease next finds them there.
        logger.exception("%s: the database failed; the sweep takes it up again", transfer)
        connection.close()
    except Exception as error:  # noqa: BLE001  (ends in the transfer's row and in the log)
        give_up(transfer, claim, error)


def land(landings: list[Landing]) -> None:
    """Settles, with patience for a database that is busy or just coming back: the bytes cost more than the wait."""
    for pause in SETTLE_PAUSES:
        try:
            settle(landings)
            return
        except Error:
            logger.warning("could not settle; trying again in %s s", pause, exc_info=True)
            connection.close()
            time.sleep(pause)
    settle(landings)


def give_up(transfer: Transfer, claim: Claim, error: Exception) -> None:
    """The transfer goes back into the queue, or fails for good; `fail` decides by the error."""
    with about_transfer(transfer):
        if isinstance(error, HubError):
            logger.warning("%s: %s", transfer, error.words)
        else:
            logger.exception("%s: an unexpected error", transfer, exc_info=error)
            error = Unexpected(f"{type(error).__name__}: {error}", "look at the worker's log")
        fail(transfer.pk, claim.owner, error)


def known_landings(claim: Claim) -> list[Landing]:
    """Landings of those transfers whose bytes have been stored meanwhile, by somebody else."""
    digests = {transfer.pk: Digest.parse(transfer.digest) for transfer in claim.transfers}
    wanted = {digest.hex for digest in digests.values()}
    blobs: dict[tuple[str, int], Blob] = {}
    for blob in Blob.objects.filter(Q(sha256__in=wanted) | Q(git_oid__in=wanted)):
        blobs[blob.sha256, blob.size] = blobs[blob.git_oid, blob.size] = blob
    found = ((transfer, blobs.get((digests[transfer.pk].hex, transfer.size))) for transfer in claim.transfers)
    return [Landing(transfer.pk, claim.owner, blob.sha256, blob.size, blob.git_oid) for transfer, blob in found if blob]


def _bring(transfer: Transfer, claim: Claim, meter: Meter, halt: Halt) -> Landing:
    if known := known_landings(claim):
        return known[0]
    held, digest = store(), Digest.parse(transfer.digest)
    hasher, speed = _held_already(held, digest, transfer.size, halt), 0
    if hasher is None:
        hasher, speed = _fetched(held, transfer, digest, meter, halt)
    return Landing(transfer.pk, claim.owner, hasher.sha256, transfer.size, hasher.git_oid, speed)


def _held_already(held: Store, digest: Digest, size: int, halt: Halt) -> Hasher | None:
    """Bytes whose worker died between storing and settling; they are believed only after they were read."""
    if digest.algorithm is not Algorithm.SHA256 or held.size(digest.hex) != size:
        return None
    hasher = Hasher(size, digest)
    with held.open(digest.hex) as file:
        while piece := file.read(BUFFER):
            hasher.update(piece)
            halt.check()
    try:
        hasher.verify()
    except CorruptBytes:
        return None
    return hasher


def _fetched(held: Store, transfer: Transfer, digest: Digest, meter: Meter, halt: Halt) -> tuple[Hasher, int]:
    """The hasher of the verified bytes, and how many came in a second."""
    upload = held.upload(transfer.digest, transfer.size)
    source = Source.of(transfer, halt)
    fetch: LargeFetch | WholeFetch = LargeFetch(source, upload, digest, meter, halt)
    began = time.monotonic()
    try:
        try:
            hasher = fetch.run()
        except RangeIgnored as error:
            logger.warning("%s: %s It is read in one piece.", transfer, error.words)
            fetch = WholeFetch(source, upload, digest, meter, halt)
            hasher = fetch.run()
        _verify_or_abandon(hasher, upload.abandon)
        halt.check()
        upload.finish(hasher.sha256)
    finally:
        if fetch.is_idle:
            upload.close()
    seconds = time.monotonic() - began
    _report(transfer, fetch.bytes_to_fetch, seconds)
    return hasher, int(fetch.bytes_to_fetch / max(seconds, 0.001))


def _progress(meter: Meter, slow: SlowSource) -> Callable[[], dict[str, int]]:
    def told() -> dict[str, int]:
        slow.look()
        return {"received": meter.received, "bytes_per_second": meter.speed()}

    return told


def _verify_or_abandon(hasher: Hasher, abandon: Callable[[], None]) -> None:
    try:
        hasher.verify()
    except CorruptBytes:
        abandon()
        raise


def _report(transfer: Transfer, fetched: int, seconds: float) -> None:
    speed = fetched / max(seconds, 0.001) / 1e6
    kept = transfer.size - fetched
    resumed = f", {kept:,} were here already" if kept else ""
    logger.info("%s: %s bytes in %.1f s (%.0f MB/s)%s", transfer.path, f"{fetched:,}", seconds, speed, resumed)
