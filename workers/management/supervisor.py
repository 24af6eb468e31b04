"""Runs the hub's processes as children, starts those again that die, and ends them all with itself."""

import ctypes
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

logger = logging.getLogger(__name__)

GRACE_SECONDS = 30
"""What children get to finish requests and to give leases back before they are killed."""
STEADY_SECONDS = 10
"""A child that ends by itself within this time of its first start has a fault that starting again will not mend. One
that a signal killed (no memory left, an operator) may do better the next time."""
LONGEST_PAUSE = 30
STDERR = 2
LOG_BYTES = 20 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A child died right after its first start."""


@dataclass
class Child:
    """One process of the hub, through all its restarts."""

    name: str
    command: Sequence[str]
    directory: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    starts: int = 0
    failures: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        # A process group of its own: Ctrl-C in a terminal reaches the supervisor alone, which ends them in order.
        self.process = subprocess.Popen(
            self.command,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_die_with_parent(),
        )
        self.started_at = time.monotonic()
        self.starts += 1
        logger.info("%s runs as process %d", self.name, self.process.pid)

    def note_death(self, code: int) -> None:
        """Decides when to start again. Raises StartFailed where that makes no sense."""
        lived = time.monotonic() - self.started_at
        self.process = None
        ended_by_itself = code >= 0
        if self.starts == 1 and lived < STEADY_SECONDS and ended_by_itself:
            raise StartFailed(f"{self.name} ended with code {code} right after its start")
        self.failures = 0 if lived > 2 * LONGEST_PAUSE else self.failures + 1
        pause = min(LONGEST_PAUSE, 2 ** (self.failures - 1)) if self.failures else 0
        self.not_before = time.monotonic() + pause
        logger.error("%s ended with code %s; starting it again in %d s", self.name, code, pause)


@dataclass
class Supervisor:
    """`run` returns after SIGTERM or SIGINT, when all children have ended."""

    children: list[Child]
    stopping: bool = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping:
                self._tend()
                keep_short(STDERR)
                time.sleep(0.2)
        finally:
            self._end_all()

    def _tend(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.not_before:
                child.start()
            elif child.process is not None and (code := child.process.poll()) is not None:
                child.note_death(code)

    def _end_all(self) -> None:
        alive = [child.process for child in self.children if child.process is not None and child.process.poll() is None]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("process %d did not end within %d s and is killed", process.pid, GRACE_SECONDS)
                process.kill()
                process.wait()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def keep_short(descriptor: int, most: int = LOG_BYTES) -> bool:
    """Where the log is a file of more than `most` bytes: copies it to `<name>.1`, begins it anew, and says so.

    All processes write to the same open file, at its end, so it is emptied and not replaced; a line that is written
    between the copy and that is lost.
    """
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or state.st_size <= most:
        return False
    path = Path(os.readlink(f"/proc/self/fd/{descriptor}")) if sys.platform.startswith("linux") else None
    if path is None or path.suffix != ".log" or not path.exists() or not os.path.samestat(path.stat(), state):
        return False
    shutil.copyfile(path, path.with_suffix(".log.1"))
    os.truncate(path, 0)
    return True


def _die_with_parent() -> Callable[[], None] | None:
    """Linux ends the child with SIGTERM when the supervisor dies without a word (kill -9). Elsewhere nothing does."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # It died before the kernel was asked.
            os._exit(1)

    return ask_the_kernel
