"""Leaves a Redis that is down alone for a while, so that an outage costs one short wait every few seconds."""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

REST = 3.0
LOG_EVERY = 60.0


class Breaker:
    """Open after a failure; every REST seconds one caller may try again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open = False
        self._next_try = 0.0
        self._logged_at: float | None = None

    @property
    def is_open(self) -> bool:
        return self._open

    def may_try(self) -> bool:
        if not self._open:
            return True
        with self._lock:
            if self._clock() < self._next_try:
                return False
            self._next_try = self._clock() + REST
            return True

    def failed(self, error: Exception) -> None:
        with self._lock:
            now = self._clock()
            self._open, self._next_try = True, now + REST
            if self._logged_at is not None and now - self._logged_at < LOG_EVERY:
                return
            self._logged_at = now
        # The class alone: the text may hold the address with its password.
        logger.warning("Redis does not answer (%s): each process counts its share by itself", type(error).__name__)

    def worked(self) -> None:
        if self._open:
            with self._lock:
                self._open = False
            logger.info("Redis answers again: limits are shared")
