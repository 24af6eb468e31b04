"""How long whoever asks an upstream can wait: a page answers a person, who does not wait as long as a worker does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Questions that this thread asks of upstreams inside of the block end within these seconds, all together. Where
    that is too short, they raise UpstreamUnreachable."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def patience_left() -> float | None:
    """In seconds, 0 where it is over; None where nobody is in a hurry."""
    until = _until.get()
    return None if until is None else max(0.0, until - time.monotonic())
