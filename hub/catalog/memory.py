"""What this process remembers of rows that seldom or never change: bounded, and only ever what was found.

Absence is never remembered, so that what is published now is seen now.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

FOR_EVER = float("inf")
_memories: list["Memory[object, object]"] = []


class Memory(Generic[Key, Value]):
    """At most `most` values, each for at most `seconds`; the one that was used longest ago goes first."""

    def __init__(self, most: int, seconds: float = FOR_EVER) -> None:
        self.most = most
        self.seconds = seconds
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()
        _memories.append(self)  # type: ignore[arg-type]

    def get(self, key: Key) -> Value | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found[0] < time.monotonic():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._kept[key] = (time.monotonic() + self.seconds, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def drop(self, key: Key) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


def forget_everything() -> None:
    """Empties every memory of this process; for tests, whose databases come and go."""
    for memory in _memories:
        memory.clear()
