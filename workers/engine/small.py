"""The small lane: many files at once, each fetched whole into memory, verified, and stored and settled in groups."""

import logging
import threading
import time
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from django.conf import settings

from hub.blobs.store import Bytes
from hub.blobs.stores import store
from hub.digests import Digest, Hasher
from hub.errors import HubError, LeaseLost, StoreError, UpstreamError, UpstreamRateLimited, UpstreamUnreachable
from hub.mirroring.detour import detour
from hub.mirroring.models import Transfer
from hub.mirroring.settle import Landing, put_off
from hub.tracing import span
from workers.engine.claim import Claim, claim_small
from workers.engine.connections import a_connection
from workers.engine.halt import Halt, Stopping
from workers.engine.heartbeat import Heartbeat
from workers.engine.land import about_transfer, give_up, known_landings, land
from workers.engine.patience import Patience
from workers.engine.room import Room
from workers.engine.source import Source

logger = logging.getLogger(__name__)

BATCH = 1024
"""Transfers that one claim takes."""
GROUP = 256
GROUP_SECONDS = 0.5
"""A group is stored and settled when it is so large, or when its first file has waited so long."""
IN_FLIGHT = 64 * 1024 * 1024
"""Bytes of small files that may be in memory at once."""
TRIES = 3


@dataclass(frozen=True)
class Arrival:
    """One file that was fetched and verified, or what stopped it."""

    transfer: Transfer
    data: Bytes = b""
    hasher: Hasher | None = None
    error: Exception | None = None


def run_small(halt: Halt, urgent: bool = False) -> int:
    """Brings in one batch of small files; how many transfers were taken, 0 if there was nothing to do.

    One bad file fails alone. When the halt is stopped, what has arrived is settled and the other leases go back.
    """
    claim = claim_small(BATCH, urgent)
    if claim is None:
        return 0
    began, batch = time.monotonic(), SmallBatch(claim, Halt(halt))
    with Heartbeat(claim, batch.halt), span("small files", files=len(claim.transfers)):
        try:
            batch.run()
        except Stopping:
            logger.info("%d small files go back into the queue", len(claim.open_ids))
        except LeaseLost as error:
            logger.warning("%d small files: %s", len(claim.open_ids), error.words)
        finally:
            claim.give_back()
    _report(claim, batch, time.monotonic() - began)
    return len(claim.transfers)


def drain_small(halt: Halt) -> None:
    """Batch after batch, until no small file is due."""
    while not halt.stopped and run_small(halt):
        pass


class SmallBatch:
    """One claim's worth of small files."""

    def __init__(self, claim: Claim, halt: Halt) -> None:
        self.halt = halt
        self.bytes = 0
        self._claim = claim
        self._room = Room(IN_FLIGHT)
        self._todo: SimpleQueue[Transfer] = SimpleQueue()
        self._arrivals: SimpleQueue[Arrival] = SimpleQueue()
        self._closed: dict[int, UpstreamError] = {}

    def run(self) -> None:
        """Raises Stopping or LeaseLost, after what has arrived was settled."""
        waiting = self._settle_known()
        for transfer in waiting:
            self._todo.put(transfer)
        for number in range(min(settings.CONNECTIONS, len(waiting))):
            run = copy_context().run
            threading.Thread(target=run, args=(self._connection,), name=f"small-{number}", daemon=True).start()
        for group in self._groups(len(waiting)):
            self._land(group)

    def _settle_known(self) -> list[Transfer]:
        """Settles digests that are held by now; returns the transfers that must be fetched."""
        if landings := known_landings(self._claim):
            land(landings)
            self._claim.close(landing.transfer_id for landing in landings)
        return [transfer for transfer in self._claim.transfers if transfer.pk in self._claim.open_ids]

    def _connection(self) -> None:
        while not self.halt.stopped:
            try:
                transfer = self._todo.get_nowait()
            except Empty:
                return
            with about_transfer(transfer):
                self._arrivals.put(self._arrival(transfer))

    def _arrival(self, transfer: Transfer) -> Arrival:
        if transfer.pk not in self._claim.open_ids:
            return Arrival(transfer, error=LeaseLost("it was paused or cancelled"))
        if transfer.size and (closed := self._closed.get(transfer.upstream_id)) is not None:
            return Arrival(transfer, error=closed)
        try:
            return self._verified(transfer)
        except (UpstreamRateLimited, UpstreamUnreachable) as error:
            # What has not begun waits too: asking for every other file would only be more of the same.
            return Arrival(transfer, error=self._closed.setdefault(transfer.upstream_id, error))
        except Exception as error:  # noqa: BLE001  (ends in the transfer's row and in the log)
            return Arrival(transfer, error=error)

    def _verified(self, transfer: Transfer) -> Arrival:
        """Takes room for the bytes, which is given back when they are stored, or here if they never are."""
        self._room.take(transfer.size, self.halt)
        try:
            data = self._fetch(transfer)
            hasher = Hasher(transfer.size, Digest.parse(transfer.digest))
            hasher.update(data)
            hasher.verify()
        except BaseException:
            self._room.give(transfer.size)
            raise
        return Arrival(transfer, data, hasher)

    def _fetch(self, transfer: Transfer) -> memoryview:
        """The whole file; an empty one needs no request. A stream that breaks goes on from where it ended."""
        data, position = memoryview(bytearray(transfer.size)), 0
        patience = Patience(self.halt, TRIES)
        while position < transfer.size:
            try:
                with (
                    a_connection(self.halt),
                    Source.of(transfer, self.halt).open(position, transfer.size - position) as stream,
                ):
                    while position < transfer.size and (count := stream.readinto(data[position:])):
                        position += count
                        patience.forgive()
            except UpstreamError as error:
                patience.pause(error)
        return data

    def _groups(self, expected: int) -> Iterator[list[Arrival]]:
        """Arrivals until all `expected` have come, in groups. Raises the reason of the halt, after the last group."""
        group: list[Arrival] = []
        deadline = time.monotonic() + GROUP_SECONDS
        while expected and not self.halt.stopped:
            try:
                group.append(self._arrivals.get(timeout=max(0.01, min(0.1, deadline - time.monotonic()))))
                expected -= 1
            except Empty:
                pass
            if group and (len(group) >= GROUP or not expected or time.monotonic() > deadline or self._room.is_tight):
                yield group
                group = []
            if not group:
                deadline = time.monotonic() + GROUP_SECONDS
        if group:
            yield group
        self.halt.check()

    def _land(self, group: list[Arrival]) -> None:
        arrivals = [arrival for arrival in group if arrival.hasher]
        try:
            self._store_and_settle(arrivals)
        finally:
            self._room.give(sum(arrival.transfer.size for arrival in arrivals))
        self._put_off([arrival for arrival in group if _is_held_back(arrival.error)])
        ours = [one for one in group if isinstance(one.error, Stopping | LeaseLost) or _is_held_back(one.error)]
        failed = [arrival for arrival in group if arrival.error and arrival not in ours]
        moved = self._detour(failed)
        for arrival in failed:
            if arrival.error and arrival.transfer.pk not in moved:
                self._end(arrival, arrival.error)

    def _detour(self, arrivals: list[Arrival]) -> set[int]:
        """Those that another hub can give too go on from there, all that failed alike at once."""
        alike: dict[str, list[tuple[HubError, list[int]]]] = {}
        for error, chosen in _by_error(arrivals).items():
            alike.setdefault(error.code, []).append((error, chosen))
        moved: set[int] = set()
        for entries in alike.values():
            moved |= detour([pk for _, chosen in entries for pk in chosen], self._claim.owner, entries[0][0])
        self._claim.close(moved)
        return moved

    def _put_off(self, arrivals: list[Arrival]) -> None:
        """Those whose upstream wants to be left alone for a while, all at once: they may be most of the batch."""
        for error, chosen in _by_error(arrivals).items():
            put_off(chosen, self._claim.owner, error)
            logger.info("%d small files are put off: %s", len(chosen), error.words)
            self._claim.close(chosen)

    def _store_and_settle(self, arrivals: list[Arrival]) -> None:
        try:
            store().put({arrival.hasher.sha256: arrival.data for arrival in arrivals if arrival.hasher})
        except StoreError as error:
            for arrival in arrivals:
                self._end(arrival, error)
            return
        owner = self._claim.owner
        land(
            [
                Landing(
                    arrival.transfer.pk, owner, arrival.hasher.sha256, arrival.transfer.size, arrival.hasher.git_oid
                )
                for arrival in arrivals
                if arrival.hasher
            ]
        )
        self._claim.close(arrival.transfer.pk for arrival in arrivals)
        self.bytes += sum(arrival.transfer.size for arrival in arrivals)

    def _end(self, arrival: Arrival, error: Exception) -> None:
        give_up(arrival.transfer, self._claim, error)
        self._claim.close([arrival.transfer.pk])


def _by_error(arrivals: list[Arrival]) -> dict[HubError, list[int]]:
    """Transfers that the same answer has stopped."""
    found: dict[HubError, list[int]] = {}
    for arrival in arrivals:
        if isinstance(arrival.error, HubError):
            found.setdefault(arrival.error, []).append(arrival.transfer.pk)
    return found


def _is_held_back(error: Exception | None) -> bool:
    return isinstance(error, UpstreamRateLimited) and error.retry_after is not None


def _report(claim: Claim, batch: SmallBatch, seconds: float) -> None:
    logger.info(
        "%d small files, %s bytes in %.1f s (%.0f files/s)",
        len(claim.transfers),
        f"{batch.bytes:,}",
        seconds,
        len(claim.transfers) / max(seconds, 0.001),
    )
