"""Numbers that all processes of a hub share: paces, counted slots, budgets of requests, tallies, values with a life.

They live in Redis where HUB_REDIS_URL (or a Redis broker) is set, on Redis' own clock, so that the clocks of hosts do
not matter. Without Redis they live in this process. When Redis is down they do too, at this process' share of the
whole, and nothing here ever raises: a limit that is not quite shared is better than work that stands still.
"""

import hashlib
import itertools
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import redis
from django.conf import settings

from hub.counters.breaker import Breaker
from hub.counters.budget import Budget, Observation, Terms
from hub.counters.local import LocalCounters
from hub.counters.shared import SharedCounters, connect, process_name
from hub.counters.slots import Keeper, Slot

__all__ = ["Budget", "Counters", "Observation", "Slot", "Terms", "answers", "counters", "forget_counters"]

logger = logging.getLogger(__name__)

UNKNOWN_PEERS = 4
"""How many processes are assumed to share a limit when Redis was never reached."""
PEERS_EVERY = 10.0
SLOT_LEASE = 30.0

_numbers = itertools.count()
T = TypeVar("T")


def counters() -> "Counters":
    """The counters of this hub."""
    return _counters(settings.REDIS_URL, settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _counters(url: str, secret_key: str) -> "Counters":
    # The key tells two hubs on one Redis apart, and is the same on all hosts of one hub.
    mark = hashlib.sha256(f"counters {secret_key}".encode()).hexdigest()[:8]
    return Counters(url, f"entrepot:{mark}")


def answers(url: str) -> bool:
    """Whether a Redis answers there now."""
    try:
        with connect(url) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def forget_counters() -> None:
    """The next count begins anew: for a test's own Redis, and so that no test counts for the next."""
    _counters.cache_clear()


class Counters:
    """`url` is "" for this process alone. Every method is thread-safe, takes at most SECONDS of shared.py for each
    round trip, and never raises."""

    def __init__(self, url: str, prefix: str) -> None:
        self.local = LocalCounters()
        self._shared = SharedCounters(url, prefix) if url else None
        self._breaker = Breaker()
        self._peers = UNKNOWN_PEERS
        self._peers_at = 0.0
        self._keeper = Keeper(SLOT_LEASE)

    @property
    def is_shared(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return self._shared is not None and not self._breaker.is_open

    @property
    def share(self) -> float:
        """The part of a whole that this process takes while it counts alone."""
        return 1.0 if self._shared is None else 1.0 / max(1, self._peers)

    def _try(self, ask: Callable[[SharedCounters], T]) -> tuple[T] | None:
        """The answer of Redis, in a tuple; None where there is none and the process counts by itself."""
        shared = self._shared
        if shared is None or not self._breaker.may_try():
            self.local.share = self.share
            return None
        try:
            answer = ask(shared)
            self._count_peers(shared)
        except (redis.RedisError, OSError, ValueError, TypeError) as error:
            self._breaker.failed(error)
            self.local.share = self.share
            return None
        self._breaker.worked()
        return (answer,)

    def _count_peers(self, shared: SharedCounters) -> None:
        if time.monotonic() - self._peers_at > PEERS_EVERY:
            self._peers_at = time.monotonic()
            self._peers = shared.peers()

    def reserve(self, name: str, amount: float, rate: float, longest: float, burst: float = 0.1) -> tuple[bool, float]:
        """Takes `amount` of something that flows at `rate` a second, of which `burst` seconds may come at once.

        (True, seconds to wait before using it), or (False, seconds) and nothing taken where that is over `longest`.
        """
        cost = amount / rate
        if answer := self._try(lambda shared: shared.reserve(name, cost, burst, longest)):
            return answer[0]
        return self.local.reserve(name, cost / self.share, burst, longest)

    def add(self, name: str, count: int, seconds: float) -> tuple[int, float]:
        """Adds to a tally that is forgotten `seconds` after its first; its total and the seconds until then."""
        answer = self._try(lambda shared: shared.add(name, count, seconds))
        return answer[0] if answer else self.local.add(name, count, seconds)

    def put(self, name: str, value: str, seconds: float) -> None:
        """Keeps a value for `seconds`."""
        if not self._try(lambda shared: shared.put(name, value, seconds)):
            self.local.put(name, value, seconds)

    def get(self, name: str) -> str:
        """The kept value; "" where there is none."""
        answer = self._try(lambda shared: shared.get(name))
        return answer[0] if answer else self.local.get(name)

    def forget(self, name: str) -> None:
        """Drops a tally or value."""
        self._try(lambda shared: shared.forget(name))
        self.local.forget(name)

    def slot(self, name: str, most: int) -> Slot | None:
        """One of `most` places, or None while all are taken; give it back with `release`.

        Kept alive by this process, it comes back by itself SLOT_LEASE seconds after a kill. Where several processes
        want them, none gets more than its part.
        """
        member = f"{process_name()}|{next(_numbers)}"
        answer = self._try(lambda shared: shared.take_slot(name, member, most, SLOT_LEASE))
        if answer is None:
            most = max(1, int(most * self.share))
            taken = self.local.take_slot(name, member, most, SLOT_LEASE)
            return self._keeper.keep(Slot(name, member, self._give_here, self._renew_here)) if taken else None
        return self._keeper.keep(Slot(name, member, self._give, self._renew)) if answer[0] else None

    def _give(self, name: str, member: str) -> None:
        self._try(lambda shared: shared.give_slot(name, member))

    def _renew(self, name: str, members: list[str], lease: float) -> None:
        self._try(lambda shared: shared.renew_slots(name, members, lease))

    def _give_here(self, name: str, member: str) -> None:
        self.local.give_slot(name, member)

    def _renew_here(self, name: str, members: list[str], lease: float) -> None:
        self.local.renew_slots(name, members, lease)

    def slots_taken(self, name: str) -> int:
        """How many places are taken now."""
        answer = self._try(lambda shared: shared.count_slots(name))
        return answer[0] if answer else self.local.count_slots(name)

    def spend(
        self,
        name: str,
        want: int,
        urgent: bool,
        longest: float,
        terms: Terms = Terms(),  # noqa: B008
    ) -> tuple[int, float]:
        """Takes up to `want` requests from a budget: how many were given, and the seconds to wait before the first
        (0 given: the seconds until asking again makes sense)."""
        answer = self._try(lambda shared: shared.spend(name, want, urgent, longest, terms))
        return answer[0] if answer else self.local.spend(name, want, urgent, longest, terms)

    def observe(self, name: str, seen: Observation) -> None:
        """What an upstream has told of a budget."""
        if not self._try(lambda shared: shared.observe(name, seen)):
            self.local.observe(name, seen)

    def budget(self, name: str) -> Budget:
        """How a budget stands."""
        answer = self._try(lambda shared: shared.look(name))
        return answer[0] if answer else self.local.look(name)
