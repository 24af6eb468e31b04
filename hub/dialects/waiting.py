"""How many requests of a web process may wait for something that is on its way in.

A wait holds a thread. At most half of the threads may wait, so that what is held goes out at full speed meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from django.conf import settings


@contextmanager
def seat(seconds: float) -> Iterator[float]:
    """Yields how long the caller may wait: `seconds`, or 0 where every seat is taken."""
    seats = _seats(settings.WEB_THREADS)
    if seconds <= 0 or not seats.acquire(blocking=False):
        yield 0.0
        return
    try:
        yield seconds
    finally:
        seats.release()


@cache
def _seats(threads: int) -> BoundedSemaphore:
    return BoundedSemaphore(max(1, threads // 2))
