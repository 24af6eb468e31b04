"""The bound on connections to upstreams, shared by everything that runs in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from django.conf import settings

from workers.engine.halt import Halt


@contextmanager
def a_connection(halt: Halt) -> Iterator[None]:
    """Waits for its turn. Raises the reason of `halt`."""
    turns = _turns(settings.CONNECTIONS)
    while not turns.acquire(timeout=0.2):
        halt.check()
    try:
        yield
    finally:
        turns.release()


@cache
def _turns(count: int) -> BoundedSemaphore:
    return BoundedSemaphore(count)
