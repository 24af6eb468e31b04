"""Numbers that are dear to count: kept for a while in this process, and told with their age."""

import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Generic, TypeVar

from django.db import Error, connection, transaction
from django.utils import timezone

from hub.errors import HubError

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 20
"""What took a second to count is kept for at least so many."""
STATEMENT_SECONDS = 60

_all: "weakref.WeakSet[Kept[Any]]" = weakref.WeakSet()


@dataclass(frozen=True)
class Told(Generic[T]):
    """A value, and when it was asked for."""

    value: T
    at: datetime

    @property
    def seconds(self) -> float:
        """Its age."""
        return max(0.0, (timezone.now() - self.at).total_seconds())


class Kept(Generic[T]):
    """The answer of `ask`, asked anew after `seconds`.

    Whoever comes first waits for it. Later on nobody does: where it is too old a thread asks beside, and until that
    is done everybody is told the last one. `name` is for the log.
    """

    def __init__(self, name: str, ask: Callable[[], T], seconds: float) -> None:
        self.name = name
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._told: Told[T] | None = None
        self._until = 0.0
        _all.add(self)

    def get(self) -> Told[T]:
        """Raises what `ask` raises, where there is no earlier answer."""
        told = self._told
        if told is None:
            with self._lock:
                return self._told or self._renew()
        if monotonic() >= self._until and self._lock.acquire(blocking=False):
            threading.Thread(target=self._renew_beside, name=f"count {self.name}", daemon=True).start()
        return told

    def look(self, seconds: float) -> Told[T] | None:
        """As `get`, but whoever comes first waits no longer than so: None while it is being counted."""
        # What a transaction has written is seen by its own connection alone, and by no thread.
        if self._told is not None or connection.in_atomic_block:
            return self.get()
        if self._lock.acquire(blocking=False):
            self._ready.clear()
            threading.Thread(target=self._renew_beside, name=f"count {self.name}", daemon=True).start()
        self._ready.wait(seconds)
        return self._told

    def forget(self) -> None:
        """The next question is asked anew."""
        self._told, self._until = None, 0.0

    def _renew(self) -> Told[T]:
        began = monotonic()
        told = Told(self._ask(), timezone.now())
        self._told, self._until = told, monotonic() + max(self._seconds, PATIENCE * (monotonic() - began))
        return told

    def _renew_beside(self) -> None:
        try:
            self._renew()
        except (Error, HubError, OSError) as error:
            logger.warning("%s could not be counted (%s); the last numbers stay", self.name, error)
            self._until = monotonic() + self._seconds
        finally:
            connection.close()
            self._lock.release()
            self._ready.set()


def forget_kept(*names: str) -> None:
    """These numbers, or all, are counted anew: after something was done that people want to see, and for tests."""
    for one in list(_all):
        if not names or one.name in names:
            one.forget()


@contextmanager
def patient_statements(seconds: int = STATEMENT_SECONDS) -> Iterator[None]:
    """Postgres gives up a question that takes longer. On SQLite a transaction would keep writers out meanwhile."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        yield
