"""Where an upstream has just sent us for a file, so that sixteen parts of it do not cost sixteen questions.

A signed address lives about an hour upstream; it is remembered for a minute, in memory only, and forgotten when it is
refused.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SECONDS = 60.0
MOST = 512
LONGEST_TURN = 5.0


@dataclass
class Signpost:
    """`address` is "" until the first part has found it. The lock lets one part ask while the others wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    address: str = ""
    until: float = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One at a time, but nobody waits for long: behind an upstream that hangs, each finds out by itself."""
        mine = self.lock.acquire(timeout=LONGEST_TURN)
        try:
            yield
        finally:
            if mine:
                self.lock.release()


class Signposts:
    """By the address that was asked first. Thread-safe; the oldest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._posts: OrderedDict[str, Signpost] = OrderedDict()

    def at(self, asked: str) -> Signpost:
        """The signpost of a file, new or known; take a turn at it while finding out."""
        with self._lock:
            post = self._posts.setdefault(asked, Signpost())
            self._posts.move_to_end(asked)
            while len(self._posts) > MOST:
                self._posts.popitem(last=False)
            return post

    def read(self, post: Signpost) -> str:
        """Where to go, "" where that is unknown or too old."""
        return post.address if self._clock() < post.until else ""

    def write(self, post: Signpost, address: str) -> None:
        post.address, post.until = address, self._clock() + SECONDS

    def forget(self, post: Signpost, address: str) -> None:
        """Only if it still says `address`: another part may have found a better one meanwhile."""
        if post.address == address:
            post.until = 0.0
