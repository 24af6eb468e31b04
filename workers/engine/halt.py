"""Why a piece of work must stop: the process is told to end, the lease is lost, or one of its threads has failed."""

import threading
import time
import weakref
from functools import cache


class Stopping(Exception):
    """The process is about to end. The work goes back into the queue; nobody is to blame."""


class Halt:
    """A flag with a reason, handed to every thread of a piece of work. Stopping the parent stops the child."""

    def __init__(self, parent: "Halt | None" = None) -> None:
        self._event = threading.Event()
        self._reason: BaseException = Stopping()
        self.stopped_at = 0.0
        self._lock = threading.Lock()
        self._children: weakref.WeakSet[Halt] = weakref.WeakSet()
        if parent is not None:
            parent._adopt(self)

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    @property
    def is_ending(self) -> bool:
        """Whether it was stopped because the process ends."""
        return self.stopped and isinstance(self._reason, Stopping)

    def stop(self, reason: BaseException | None = None) -> None:
        """The first reason stays; None means that the process ends."""
        with self._lock:
            if self._event.is_set():
                return
            self._reason = reason or Stopping()
            self.stopped_at = time.monotonic()
            self._event.set()
            children = list(self._children)
        for child in children:
            child.stop(self._reason)

    def check(self) -> None:
        """Raises the reason once there is one."""
        if self._event.is_set():
            raise self._reason

    def wait(self, seconds: float) -> None:
        """Sleeps, but raises the reason as soon as there is one."""
        self._event.wait(seconds)
        self.check()

    def pause(self, seconds: float) -> None:
        """Sleeps, but not beyond the moment when there is a reason; raises nothing."""
        self._event.wait(seconds)

    def _adopt(self, child: "Halt") -> None:
        with self._lock:
            self._children.add(child)
            stopped = self._event.is_set()
        if stopped:
            child.stop(self._reason)


@cache
def process_halt() -> Halt:
    """The one of this process; a signal handler stops it."""
    return Halt()
