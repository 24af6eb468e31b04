"""Which `serve` runs on a data directory: the one that holds the lock on its pid file."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class AlreadyRunning(Exception):
    """Another process serves from this data directory."""


def log_path() -> Path:
    return Path(settings.DATA_DIR) / "logs" / "hub.log"


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Holds `<name>.pid` of the data directory, locked. Raises AlreadyRunning.

    The kernel drops the lock when the process ends, however it ends, so a stale file never blocks a start.
    """
    descriptor = _open(name)
    try:
        _take(descriptor)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def running_pid() -> int | None:
    """The pid of the `serve` that runs on this data directory; None where none does."""
    descriptor = _open("serve")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written_pid(descriptor)
    finally:
        os.close(descriptor)
    return None


def stop(grace: float) -> bool:
    """Asks the running `serve` to end, and kills it after `grace` seconds. False where none was running."""
    pid = running_pid()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while running_pid() == pid:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            deadline = float("inf")
        time.sleep(0.1)
    return True


def _take(descriptor: int) -> None:
    """A few tries: whoever asks `running_pid` holds the lock for a moment too."""
    for _ in range(10):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
    raise AlreadyRunning


def _open(name: str) -> int:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    return os.open(settings.DATA_DIR / f"{name}.pid", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _written_pid(descriptor: int) -> int | None:
    """The holder writes its number right after it took the lock; a reader in between tries again."""
    for _ in range(50):
        if text := os.pread(descriptor, 20, 0).strip():
            return int(text)
        time.sleep(0.02)
    return None
