"""Batches of a long listing on their way into the index: on Postgres two at once, so that one is made ready while the
database writes the other."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from django.db import connection

from hub.index.entries import Taken, take_in
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ListedRepo

AT_ONCE = 2


class Intake:
    """`told` hears of each batch, in the order in which they were given, and in the caller's thread."""

    def __init__(self, upstream: Upstream, told: Callable[[Taken], object]) -> None:
        self._upstream = upstream
        self._told = told
        self._under_way = deque[Future[Taken]]()
        # Another connection sees nothing of the caller's transaction; and SQLite has one writer at a time.
        may_part = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="intake") if may_part else None

    def give(self, batch: Sequence[ListedRepo]) -> None:
        """Returns once there is room for another. Raises what an earlier batch has failed with."""
        if self._threads is None:
            self._told(take_in(self._upstream, batch))
            return
        self._under_way.append(self._threads.submit(_take_in_apart, self._upstream, batch))
        if len(self._under_way) > AT_ONCE:
            self._told(self._under_way.popleft().result())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is not None:
            self._threads.shutdown()
            for batch in self._under_way:
                self._told(batch.result())


def _take_in_apart(upstream: Upstream, batch: Sequence[ListedRepo]) -> Taken:
    try:
        return take_in(upstream, batch)
    finally:
        # It is this thread's own, and nobody else closes it.
        connection.close()
