"""A bound on memory: whoever wants bytes in memory takes room first and gives it back when they are stored."""

import threading

from workers.engine.halt import Halt


class Room:
    """`size` bytes that many threads share."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size
        self._waiting = 0
        self._change = threading.Condition()

    @property
    def is_tight(self) -> bool:
        """Whether somebody waits: whoever holds room should hurry to give it back."""
        return self._waiting > 0

    def take(self, count: int, halt: Halt) -> None:
        """Waits until `count` bytes are free. Raises the reason of `halt`."""
        with self._change:
            self._waiting += 1
            try:
                while self._free < count:
                    self._change.wait(0.1)
                    halt.check()
                self._free -= count
            finally:
                self._waiting -= 1

    def give(self, count: int) -> None:
        with self._change:
            self._free += count
            self._change.notify_all()
