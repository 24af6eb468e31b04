"""The other end of hub.nudge where there is no broker: a file whose time of change is watched."""

import os
import threading
from pathlib import Path

from workers.engine.halt import Halt

LOOK_SECONDS = 0.05
"""A stat costs a microsecond or two, so this often is nothing, and a nudge is heard at once for a person."""


class Bell:
    """One thread watches the file; the lanes wait for it."""

    def __init__(self, path: Path, halt: Halt) -> None:
        self._path = path
        self._halt = halt
        self._rings = 0
        self._change = threading.Condition()

    @property
    def rings(self) -> int:
        """How often it has rung. Read it before looking at the rows, and give it to `wait` after."""
        return self._rings

    def ring(self) -> None:
        with self._change:
            self._rings += 1
            self._change.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Returns when it has rung since `heard`, or after `seconds`."""
        with self._change:
            if self._rings == heard:
                self._change.wait(seconds)

    def watch(self) -> None:
        """Runs until the halt; then it rings once more, so that nobody goes on waiting."""
        before = self._changed_at()
        while not self._halt.stopped:
            now = self._changed_at()
            if now != before:
                before = now
                self.ring()
            self._halt.pause(LOOK_SECONDS)
        self.ring()

    def _changed_at(self) -> int:
        try:
            return os.stat(self._path).st_mtime_ns
        except FileNotFoundError:
            return 0
