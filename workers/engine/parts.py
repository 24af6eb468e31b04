"""The parts of a large file: which to fetch next, and how far the bytes have arrived without a gap."""

import threading

from workers.engine.halt import Halt


class Parts:
    """Hands out part numbers in order, and lets the hashing thread wait for them in order.

    Nobody runs more than `window` parts ahead of the hashing, so that what it reads is still in the page cache.
    """

    def __init__(self, size: int, part_size: int, sealed: frozenset[int], window: int, halt: Halt) -> None:
        self.size = size
        self.part_size = part_size
        self.count = -(-size // part_size)
        self._todo = [number for number in range(self.count) if number not in sealed]
        self._todo.reverse()
        self._arrived = set(sealed)
        self._hashed = 0
        self._window = window
        self._halt = halt
        self._change = threading.Condition()

    def start_of(self, number: int) -> int:
        return number * self.part_size

    def length_of(self, number: int) -> int:
        return min(self.part_size, self.size - self.start_of(number))

    @property
    def bytes_to_fetch(self) -> int:
        with self._change:
            return sum(self.length_of(number) for number in self._todo)

    @property
    def left(self) -> int:
        """Parts that nobody has begun to fetch."""
        return len(self._todo)

    def take(self) -> int | None:
        """The next part to fetch, waiting while the hashing is too far behind; None when none is left."""
        with self._change:
            while self._todo and self._todo[-1] >= self._hashed + self._window:
                self._wait()
            return self._todo.pop() if self._todo else None

    def arrived(self, number: int) -> None:
        """Every byte of the part has been written."""
        with self._change:
            self._arrived.add(number)
            self._change.notify_all()

    def wait_for(self, number: int) -> None:
        """Returns once the part has arrived. Raises the reason of the halt."""
        with self._change:
            while number not in self._arrived:
                self._wait()

    def hashed(self, number: int) -> None:
        with self._change:
            self._hashed = number + 1
            self._change.notify_all()

    def _wait(self) -> None:
        self._change.wait(0.1)
        self._halt.check()
