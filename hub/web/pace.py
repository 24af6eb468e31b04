"""How often one visitor may have the hub ask an upstream for a page, and how many pages do so at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from hub.accounts.callers import Caller
from hub.counters import counters

MOST, SECONDS = 20, 60.0
"""Questions of one visitor within so many seconds."""
AT_ONCE = 4
"""Pages of one process that wait for an upstream: the others of its threads stay free for what needs none."""

_places = BoundedSemaphore(AT_ONCE)


def seconds_until_next(caller: Caller) -> float:
    """Counts one question of this visitor: 0.0 where it may be asked, else how long to wait first."""
    who = f"user {caller.user.pk}" if caller.user else f"address {caller.address}"
    total, left = counters().add(f"page asks upstream {who}", 1, SECONDS)
    return max(1.0, left) if total > MOST else 0.0


@contextmanager
def place(patience: float) -> Iterator[bool]:
    """Whether there was room for one more page that waits for an upstream, within `patience` seconds."""
    taken = _places.acquire(timeout=patience)
    try:
        yield taken
    finally:
        if taken:
            _places.release()
