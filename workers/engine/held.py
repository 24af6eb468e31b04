"""Parts in memory, for stores that cannot give a part back before the whole is there: a bound for the whole process."""

import threading
from functools import cache

from hub.blobs.store import Upload
from workers.engine.halt import Halt
from workers.engine.room import Room

PARTS_IN_MEMORY = 128 * 1024 * 1024
"""Bytes. Sixteen parts of a file of up to 78 GiB; one part at a time where a single one is larger than this."""


class HeldParts:
    """One upload's share of it. Where the upload keeps nothing in memory, nobody waits for anything.

    Room is taken before a part's number: so whoever has room has the lowest numbers, and the hashing, which goes by
    number, never waits for a part that waits for room.
    """

    def __init__(self, upload: Upload, halt: Halt) -> None:
        self._upload = upload
        self._halt = halt
        self._each = min(upload.part_size, PARTS_IN_MEMORY) if upload.in_memory else 0
        self._lock = threading.Lock()
        self._taken = 0
        self._half_done: set[int] = set()

    def take(self) -> None:
        """Waits for the room of one part. Raises the reason of the halt."""
        if self._each:
            _room().take(self._each, self._halt)
            with self._lock:
                self._taken += 1

    def give(self) -> None:
        """The room of one part is no longer needed."""
        if self._each:
            with self._lock:
                if not self._taken:
                    return
                self._taken -= 1
            _room().give(self._each)

    def hashed(self, number: int, was_here: bool) -> None:
        """The bytes of the part will not be read again; `was_here`: an earlier run has sealed it."""
        self._upload.forget(number)
        if not was_here:
            self._one_half(number)

    def sealed(self, number: int) -> None:
        self._one_half(number)

    def end(self) -> None:
        """No thread is left that uses any."""
        while self._taken:
            self.give()

    def _one_half(self, number: int) -> None:
        """A part gives its room back once it is both hashed and sealed."""
        with self._lock:
            is_done = number in self._half_done
            (self._half_done.discard if is_done else self._half_done.add)(number)
        if is_done:
            self.give()


@cache
def _room() -> Room:
    return Room(PARTS_IN_MEMORY)
