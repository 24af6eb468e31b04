"""What the workers of all hosts together may take from an upstream: connections, bytes per second, requests.

The limits are columns of the upstream's row, read every few seconds; the counts are in hub.counters.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error, connection
from django.utils import timezone

from hub.counters import Budget, Slot, counters
from hub.errors import BadInput, HubError, UpstreamBudgetSpent
from hub.sizes import human_seconds
from hub.upstreams.budget import account_key, budget_name, bulk
from hub.upstreams.models import Upstream
from hub.upstreams.registry import KINDS
from hub.upstreams.windows import Window, next_change, parse_windows, rate_at, sentence_of

__all__ = ["Standing", "bulk", "flow_of", "forget_limits", "limits_of", "standing", "take_place", "words_of"]

logger = logging.getLogger(__name__)

FRESH = 2.0
"""Seconds after which a changed limit is seen."""
CHUNK_SECONDS = 0.2
LEAST_CHUNK, MOST_CHUNK = 16 * 1024, 8 * 1024 * 1024
LONGEST_WAIT = 30.0
"""Seconds that a stream may stand still for a limit before its transfer is put off."""
LONGEST_STOP = 300.0
"""Seconds after which a stopped upstream is looked at again: an operator may have let it go on."""
POLL = 0.1

Pause = Callable[[float], object]
"""Sleeps for seconds, and may raise."""


@dataclass(frozen=True)
class Limits:
    """`connections` None = no bound for all together."""

    connections: int | None = None
    windows: tuple[Window, ...] = ()

    def rate(self) -> int | None:
        """Bytes per second now; None = full speed."""
        return rate_at(self.windows, _now()) if self.windows else None


def _now() -> datetime:
    return timezone.localtime()


NONE = Limits()


class _Known:
    """The limits of every upstream as they were moments ago. One thread looks again while the others go on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: dict[int, Limits] = {}
        self._until = 0.0

    def of(self, upstream_id: int) -> Limits:
        # What is only a little old does for whoever comes while another looks.
        age = time.monotonic() - self._until
        if age >= 0 and self._lock.acquire(blocking=age > FRESH):
            try:
                if time.monotonic() >= self._until:
                    self._limits = self._read()
                    self._until = time.monotonic() + FRESH
            finally:
                self._lock.release()
        return self._limits.get(upstream_id, NONE)

    def forget(self) -> None:
        self._limits, self._until = {}, 0.0

    def _read(self) -> dict[int, Limits]:
        is_new = connection.connection is None
        try:
            rows = list(Upstream.objects.values_list("pk", "max_connections", "speed_limits"))
        except Error:
            logger.warning("could not read the limits; the last ones hold", exc_info=True)
            return self._limits
        finally:
            # The threads that carry bytes have no other use for a database connection.
            if is_new:
                connection.close()
        return {pk: Limits(most, _windows(pk, text)) for pk, most, text in rows}


def _windows(upstream_id: int, text: str) -> tuple[Window, ...]:
    try:
        return parse_windows(text)
    except BadInput as error:
        logger.warning("upstream %d: %s", upstream_id, error.words)
        return ()


_known = _Known()


def limits_of(upstream_id: int) -> Limits:
    """What holds for an upstream; a change is seen within FRESH seconds."""
    return _known.of(upstream_id)


def forget_limits() -> None:
    """The next look reads the rows."""
    _known.forget()
    _flows.clear()


def take_place(upstream_id: int, pause: Pause) -> Slot | None:
    """A connection's place, to be released; None where they are not counted."""
    while (most := limits_of(upstream_id).connections) is not None:
        slot = counters().slot(_connections(upstream_id), max(1, most))
        if slot is not None:
            return slot
        pause(POLL)
    return None


class Flow:
    """The bytes that this process may read from one upstream: it takes them from the shared pace in chunks, and its
    threads use them up."""

    def __init__(self, upstream_id: int) -> None:
        self._upstream_id = upstream_id
        self._lock = threading.Lock()
        self._left = 0

    def take(self, wanted: int, pause: Pause) -> int:
        """How many of `wanted` bytes may be read now, at least 1; waits for them with `pause`.

        Raises UpstreamBudgetSpent where the wait would be long.
        """
        if self.rate() is None:
            return wanted
        while not self._lock.acquire(timeout=POLL):
            pause(0)
        try:
            while self._left <= 0 and (rate := self.rate()) is not None:
                self._refill(rate, pause)
            given = min(wanted, self._left) if self._left > 0 else wanted
            self._left -= given
            return given
        finally:
            self._lock.release()

    def give_back(self, count: int) -> None:
        """Bytes that were taken and did not come."""
        if count and self.rate() is not None:
            with self._lock:
                self._left += count

    def rate(self) -> int | None:
        return limits_of(self._upstream_id).rate()

    def check(self) -> None:
        """Raises UpstreamBudgetSpent while the upstream is stopped."""
        if self.rate() == 0:
            raise _stopped(self._upstream_id)

    def _refill(self, rate: int, pause: Pause) -> None:
        self.check()
        chunk = max(LEAST_CHUNK, min(int(rate * CHUNK_SECONDS), MOST_CHUNK))
        granted, wait = counters().reserve(f"bytes:{self._upstream_id}", chunk, rate, LONGEST_WAIT)
        if not granted:
            raise UpstreamBudgetSpent("the speed limit of the upstream leaves no room now", "", wait)
        if wait:
            pause(wait)
        self._left += chunk


_flows: dict[int, Flow] = {}


def flow_of(upstream_id: int) -> Flow:
    """The one of this process."""
    return _flows.setdefault(upstream_id, Flow(upstream_id))


def _stopped(upstream_id: int) -> UpstreamBudgetSpent:
    now = _now()
    change = next_change(limits_of(upstream_id).windows, now)
    seconds = min((change - now).total_seconds(), LONGEST_STOP) if change else LONGEST_STOP
    return UpstreamBudgetSpent(
        f"the speed limit of the upstream stops it{f' until {change:%H:%M}' if change else ''}",
        f"it is looked at again in {human_seconds(seconds)}; the limit is on the upstream's page in the admin",
        seconds,
    )


def _connections(upstream_id: int) -> str:
    return f"connections:{upstream_id}"


@dataclass(frozen=True)
class Standing:
    """How an upstream's limits stand. `rate` in bytes per second, None = full speed; `budgets` by bucket, as far as
    the upstream has told them; `is_shared` is False while each process counts by itself."""

    connections: int
    max_connections: int | None
    rate: int | None
    sentence: str
    budgets: dict[str, Budget]
    is_shared: bool


def standing(upstream: Upstream) -> Standing:
    """The numbers that pages and metrics show."""
    windows = _windows(upstream.pk, upstream.speed_limits)
    count, account = counters(), _account(upstream)
    buckets = KINDS[upstream.kind].buckets if upstream.kind in KINDS else ()
    budgets = {bucket: count.budget(budget_name(account, bucket)) for bucket in buckets}
    return Standing(
        connections=count.slots_taken(_connections(upstream.pk)),
        max_connections=upstream.max_connections,
        rate=rate_at(windows, _now()),
        sentence=sentence_of(windows, _now()),
        budgets={bucket: budget for bucket, budget in budgets.items() if budget.quota or budget.paused},
        is_shared=count.is_shared,
    )


def words_of(now: Standing) -> str:
    """For people: "20 MB/s until 18:00 (Mon), then full speed; 12 of 32 connections; api: 480 of 500 requests left"."""
    most = f" of {now.max_connections}" if now.max_connections is not None else ""
    told = [now.sentence, f"{now.connections}{most} connections"] if most else [now.sentence]
    for bucket, budget in now.budgets.items():
        paused = f", paused for {human_seconds(budget.paused)}" if budget.paused else ""
        left = f"{budget.left} of {budget.quota} requests left for {human_seconds(budget.resets_in)}"
        told.append(f"{bucket}: {left if budget.quota else 'requests not counted'}{paused}")
    return "; ".join(told)


def _account(upstream: Upstream) -> str:
    try:
        return account_key(upstream.url, upstream.token)
    except HubError:
        return account_key(upstream.url, "")
