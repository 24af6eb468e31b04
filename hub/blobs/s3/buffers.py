"""Memory for parts on their way into a bucket, used again and again: the kernel clears fresh pages, and that can cost
as much as hashing what is written into them."""

import threading
from mmap import mmap


class Buffers:
    """Of one process, for any number of threads. They are not on the heap, which would keep holes where parts were."""

    def __init__(self) -> None:
        self._spare: dict[int, list[mmap]] = {}
        self._lock = threading.Lock()

    def take(self, size: int) -> mmap:
        """`size` bytes, with whatever was in them before."""
        with self._lock:
            if spare := self._spare.get(size):
                return spare.pop()
            # Parts of another size: together they would be more than what is ever under way at once.
            self._spare.clear()
        return mmap(-1, size)

    def give(self, buffer: mmap) -> None:
        """Nobody uses it any more."""
        with self._lock:
            self._spare.setdefault(len(buffer), []).append(buffer)

    def drop(self) -> None:
        """What is spare goes back to the system, once nothing is on its way."""
        with self._lock:
            self._spare.clear()
