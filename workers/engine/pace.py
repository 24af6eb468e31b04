"""How many connections one large file gets: more as long as more of them bring more bytes."""

import threading
import time

from workers.engine.meter import Meter

FIRST = 2
STEP = 0.3
WORTHWHILE = 1.25
"""Twice the connections must bring at least so many times the bytes; from an upstream that gives each connection its
own rate they bring twice as many, from a saturated line (or processor) no more than before."""
RECONSIDER = 10.0


class Pace:
    """Doubles the connections step by step; takes the last doubling back when it was not worth it."""

    def __init__(self, meter: Meter, most: int) -> None:
        self.step = STEP
        self.wanted = min(FIRST, most)
        self._most = most
        self._meter = meter
        self._running = 0
        self._lock = threading.Lock()
        self._best = 0.0
        self._settled_at: float | None = None
        self._mark = (time.monotonic(), meter.received)

    def look(self) -> None:
        """Compares the speed since the last look with the best so far."""
        now, received = time.monotonic(), self._meter.received
        then, before = self._mark
        self._mark = (now, received)
        speed = (received - before) / max(now - then, 0.001)
        if self._settled_at is None:
            self._climb(speed, now)
        elif now - self._settled_at > RECONSIDER:
            self._settled_at, self._best = None, speed
            self.wanted = min(self.wanted * 2, self._most)

    def _climb(self, speed: float, now: float) -> None:
        if speed > self._best * WORTHWHILE:
            self._best = speed
            if self.wanted == self._most:
                self._settled_at = now
            self.wanted = min(self.wanted * 2, self._most)
        elif self._best:
            self.wanted = max(1, self.wanted // 2)
            self._settled_at = now

    def joined(self) -> None:
        with self._lock:
            self._running += 1

    def left(self) -> None:
        with self._lock:
            self._running -= 1

    def may_stay(self) -> bool:
        """Whether the connection that asks goes on; False counts it as one that has left."""
        with self._lock:
            if self._running <= self.wanted:
                return True
            self._running -= 1
            return False
