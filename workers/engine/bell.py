"""The other end of hub.nudge: a file whose time of change is watched, or a Celery task that rings in its process."""

import os
import threading
from pathlib import Path

from workers.engine.halt import Halt

LOOK_SECONDS = 0.02
"""A stat costs a microsecond or two, so this often is nothing, and a nudge is heard at once for a person."""


class Bell:
    """One thread watches the file; the lanes wait for it."""

    def __init__(self, path: Path | None, halt: Halt) -> None:
        """None = no file is watched: somebody calls `ring`."""
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
        while self._path is None and not self._halt.stopped:
            self._halt.pause(1)
        before = self._changed_at()
        while not self._halt.stopped:
            now = self._changed_at()
            if now != before:
                before = now
                self.ring()
            self._halt.pause(LOOK_SECONDS)
        self.ring()

    def _changed_at(self) -> int:
        if self._path is None:
            return 0
        try:
            return os.stat(self._path).st_mtime_ns
        except FileNotFoundError:
            return 0


_here: list[Bell] = []


def hang(a_bell: Bell) -> None:
    """From now on it rings for `ring_here`, until the process ends."""
    _here.append(a_bell)


def ring_here() -> None:
    """Wakes the lanes of this process."""
    for a_bell in _here:
        a_bell.ring()
