"""How much has arrived, and how fast."""

import threading
import time
from collections import deque

SPAN = 5.0
"""Seconds over which speed is averaged."""


class Meter:
    """Counts bytes from many threads."""

    def __init__(self) -> None:
        self.received = 0
        self._lock = threading.Lock()
        self._marks = deque([(time.monotonic(), 0)], maxlen=64)

    def start(self, received: int) -> None:
        """So much was here already, and counts for no speed."""
        with self._lock:
            self.received = received
            self._marks.clear()
            self._marks.append((time.monotonic(), received))

    def add(self, count: int) -> None:
        with self._lock:
            self.received += count

    def speed(self) -> int:
        """Bytes per second since about SPAN seconds ago."""
        with self._lock:
            now = time.monotonic()
            while len(self._marks) > 1 and now - self._marks[0][0] > SPAN:
                self._marks.popleft()
            then, before = self._marks[0]
            self._marks.append((now, self.received))
            return int((self.received - before) / max(now - then, 0.001))
