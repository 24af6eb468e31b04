"""How a process with a broker ends: the lanes first, which give their leases back, and never later than it has to."""

import logging
import os
import threading
import time
from collections.abc import Callable

from workers.engine.halt import Halt

logger = logging.getLogger(__name__)

WARM_SECONDS = 25.0
"""What chores under way get to come to an end; supervisors kill after thirty."""
HURRIED_SECONDS = 5.0
"""After a second signal, or SIGQUIT: the leases go back within two or three."""


class Departure:
    """`begin` may be called from a signal handler, and more than once."""

    def __init__(self, halt: Halt) -> None:
        self._halt = halt
        self._lanes: threading.Thread | None = None
        self._latest: float | None = None

    def start(self, run: Callable[[], None]) -> None:
        """Runs the lanes until the halt."""
        self._lanes = threading.Thread(target=run, name="lanes")
        self._lanes.start()

    def begin(self, hurried: bool = False) -> None:
        """Stops the lanes; the process ends by itself, or is ended when its time is over."""
        again = self._latest is not None
        latest = time.monotonic() + (HURRIED_SECONDS if hurried or again else WARM_SECONDS)
        self._latest = min(latest, self._latest or latest)
        if not again:
            self._halt.stop()
            threading.Thread(target=self._insist, name="departure", daemon=True).start()

    def _insist(self) -> None:
        """A thread of a chore that hears no halt would hold the process until it is killed."""
        while self._latest is not None and time.monotonic() < self._latest:
            time.sleep(0.1)
        logger.warning(
            "not everything came to an end in time; whatever still has a lease is taken over when it runs out"
        )
        os._exit(0)
