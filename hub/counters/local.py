"""The counters of one process: the same steps as hub/counters/scripts.py, without Redis."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hub.counters.budget import Budget, Observation, Terms


@dataclass
class _Window:
    left: float = 0.0
    ends: float = 0.0
    quota: float = 0.0
    window: float = 0.0
    closed: float = 0.0
    next: float = 0.0
    blind: int = 0


@dataclass
class _Tally:
    total: int = 0
    ends: float = 0.0
    value: str = ""


@dataclass
class _Slots:
    holders: dict[str, float] = field(default_factory=dict)


class LocalCounters:
    """`clock` gives seconds. `share` is what part of an upstream's told budget this process may count as its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.share = 1.0
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._tallies: dict[str, _Tally] = {}
        self._slots: dict[str, _Slots] = {}
        self._windows: dict[str, _Window] = {}

    def reserve(self, name: str, cost: float, burst: float, longest: float) -> tuple[bool, float]:
        with self._lock:
            now = self._clock()
            free_at = max(self._free_at.get(name, 0.0), now)
            wait = max(0.0, free_at - now - burst)
            if wait > longest:
                return False, wait
            self._free_at[name] = free_at + cost
            return True, wait

    def add(self, name: str, count: int, seconds: float) -> tuple[int, float]:
        with self._lock:
            tally = self._tally(name, seconds)
            tally.total += count
            return tally.total, tally.ends - self._clock()

    def put(self, name: str, value: str, seconds: float) -> None:
        with self._lock:
            self._forget_old()
            self._tallies[name] = _Tally(0, self._clock() + seconds, value)

    def get(self, name: str) -> str:
        with self._lock:
            tally = self._tallies.get(name)
            return tally.value if tally and tally.ends > self._clock() else ""

    def forget(self, name: str) -> None:
        with self._lock:
            self._tallies.pop(name, None)

    def _tally(self, name: str, seconds: float) -> _Tally:
        now = self._clock()
        tally = self._tallies.get(name)
        if tally is None or tally.ends <= now:
            self._forget_old()
            tally = self._tallies[name] = _Tally(0, now + seconds)
        return tally

    def _forget_old(self) -> None:
        # Names come from outside (accounts, addresses), so what has run out must not be kept.
        if len(self._tallies) > 1000:
            now = self._clock()
            self._tallies = {name: tally for name, tally in self._tallies.items() if tally.ends > now}

    def take_slot(self, name: str, member: str, most: int, lease: float) -> bool:
        with self._lock:
            slots = self._slots.setdefault(name, _Slots())
            now = self._clock()
            slots.holders = {one: until for one, until in slots.holders.items() if until > now}
            if len(slots.holders) >= most:
                return False
            slots.holders[member] = now + lease
            return True

    def renew_slots(self, name: str, members: Sequence[str], lease: float) -> None:
        with self._lock:
            self._slots.setdefault(name, _Slots()).holders.update(dict.fromkeys(members, self._clock() + lease))

    def give_slot(self, name: str, member: str) -> None:
        with self._lock:
            self._slots.setdefault(name, _Slots()).holders.pop(member, None)

    def count_slots(self, name: str) -> int:
        with self._lock:
            now = self._clock()
            return sum(until > now for until in self._slots.get(name, _Slots()).holders.values())

    def spend(self, name: str, want: int, urgent: bool, longest: float, terms: Terms) -> tuple[int, float]:
        with self._lock:
            now, kept = self._clock(), self._windows.setdefault(name, _Window())
            if kept.closed > now:
                return 0, kept.closed - now
            if not kept.ends:
                kept.blind += want
                return want, 0.0
            self._roll(kept, now)
            free = kept.left - (0 if urgent else math.floor(kept.quota * terms.kept))
            if free < 1:
                return 0, kept.ends - now
            if urgent or kept.left >= kept.quota * terms.short:
                given = min(want, math.floor(free))
                kept.left -= given
                return given, 0.0
            return self._in_turn(kept, now, free, longest)

    def _in_turn(self, kept: _Window, now: float, free: float, longest: float) -> tuple[int, float]:
        turn = max(kept.next, now)
        if turn - now > longest:
            return 0, turn - now
        kept.next = turn + (kept.ends - now) / free
        kept.left -= 1
        return 1, turn - now

    def observe(self, name: str, seen: Observation) -> None:
        with self._lock:
            now, kept = self._clock(), self._windows.setdefault(name, _Window())
            kept.quota = math.floor(seen.quota * self.share) or kept.quota
            kept.window = seen.window or kept.window
            if seen.away:
                kept.closed = max(kept.closed, now + seen.away)
            if seen.left < 0:
                kept.blind = kept.blind if seen.away else 0
                return
            left, ends = math.floor(seen.left * self.share), now + seen.seconds + min(1.0, kept.window / 50)
            if not kept.ends:
                kept.left, kept.ends, kept.blind = left - max(0, kept.blind - 1), ends, 0
            elif ends > kept.ends + 2:
                kept.left, kept.ends, kept.next = left, ends, 0.0
            else:
                kept.left, kept.ends = min(kept.left, left), min(kept.ends, ends)

    def look(self, name: str) -> Budget:
        with self._lock:
            now, kept = self._clock(), self._windows.get(name, _Window())
            if kept.ends:
                self._roll(kept, now)
            return Budget(int(kept.left), int(kept.quota), max(0.0, kept.ends - now), max(0.0, kept.closed - now))

    def _roll(self, kept: _Window, now: float) -> None:
        if now >= kept.ends:
            kept.left, kept.ends, kept.next = kept.quota, now + kept.window, 0.0
