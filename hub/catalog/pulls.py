"""Download counts per repo and day (UTC), gathered in process and written every few seconds.

A *file* is a download that begins at the first byte. A *pull* is the first file that one caller (account, or network
address) takes of one commit within PULL_WINDOW, so a snapshot of a thousand files is one pull. The web processes of a
host agree on who was first by making a marker file under the data directory; hosts count apart. *Bytes* are those of
every answer, as promised in Content-Length, also of clients that hang up.

A `kill -9` loses at most FLUSH_SECONDS of counts.
"""

import atexit
import hashlib
import logging
import shutil
import threading
import time
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from hub import metrics
from hub.catalog.memory import Memory
from hub.catalog.models import PullCount, Repo, Revision

logger = logging.getLogger(__name__)

PULL_WINDOW = 600
FLUSH_SECONDS = 5.0

READ_SECONDS = 3600
"""How exact `Revision.pulled_at` is."""

_seen: Memory[tuple[str, str, int], bool] = Memory(16384, PULL_WINDOW)
_noted: Memory[tuple[int, str], bool] = Memory(16384, READ_SECONDS)


class _Tally:
    """Pulls, files and bytes since the last flush."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.read: set[tuple[int, str]] = set()
        self.writer: threading.Thread | None = None

    def add(self, repo_pk: int, day: date, pulls: int, files: int, size: int) -> None:
        with self.lock:
            row = self.counts[repo_pk, day]
            row[0] += pulls
            row[1] += files
            row[2] += size
            if self.writer is None:
                self.writer = threading.Thread(target=_write_for_ever, name="pull counts", daemon=True)
                self.writer.start()

    def take(self) -> dict[tuple[int, date], list[int]]:
        with self.lock:
            taken = dict(self.counts)
            self.counts.clear()
        return taken

    def note_read(self, repo_pk: int, commit: str) -> None:
        """The commit was downloaded from; each process notes that once an hour."""
        if not _noted.get((repo_pk, commit)):
            _noted.put((repo_pk, commit), True)
            with self.lock:
                self.read.add((repo_pk, commit))

    def take_read(self) -> set[tuple[int, str]]:
        with self.lock:
            taken, self.read = self.read, set()
        return taken


_tally = _Tally()


def count(repo_pk: int, caller: str, commit: str, files: int, size: int) -> None:
    """Notes one answer: `files` is 1 for a download, 0 for a part of one; `size` is in bytes."""
    pulls = int(bool(files) and _is_first(caller, commit))
    if files:
        _tally.note_read(repo_pk, commit)
    _tally.add(repo_pk, datetime.now(UTC).date(), pulls, files, size)
    metrics.SERVED_BYTES.inc(size)
    if files:
        metrics.DOWNLOADS.inc(files)
        metrics.PULLS.inc(pulls)


def flush() -> None:
    """Writes what was counted; what could not be written is kept for the next time."""
    taken = _tally.take()
    if not taken:
        return
    try:
        _write_read(_tally.take_read())
        _write(taken)
    except Exception:
        logger.warning("download counts could not be written; they are kept", exc_info=True)
        for (repo_pk, day), (pulls, files, size) in taken.items():
            _tally.add(repo_pk, day, pulls, files, size)


def write_by_hand() -> None:
    """Drops what was counted, and leaves flushing to the caller from now on; for tests and one-off commands."""
    _tally.take()
    _tally.take_read()
    _tally.writer = threading.current_thread()


def _write(counts: dict[tuple[int, date], list[int]]) -> None:
    """In the order of the keys, so that two processes cannot wait for each other's rows."""
    with transaction.atomic():
        there = set(Repo.objects.filter(pk__in={pk for pk, _ in counts}).values_list("pk", flat=True))
        for (repo_pk, day), (pulls, files, size) in sorted(counts.items()):
            if repo_pk not in there:
                continue
            row, _ = PullCount.objects.get_or_create(repo_id=repo_pk, day=day)
            PullCount.objects.filter(pk=row.pk).update(
                pulls=F("pulls") + pulls, files=F("files") + files, bytes=F("bytes") + size
            )
            if pulls:
                Repo.objects.filter(pk=repo_pk).update(pulls=F("pulls") + pulls)


def _write_read(read: set[tuple[int, str]]) -> None:
    """When a revision was downloaded from last. What is lost here is an hour, of what is kept for days."""
    for repo_pk, commit in sorted(read):
        Revision.objects.filter(repo_id=repo_pk, commit=commit).update(pulled_at=datetime.now(UTC))


def _write_for_ever() -> None:
    while True:
        time.sleep(FLUSH_SECONDS)
        flush()
        connection.close()


def _is_first(caller: str, commit: str) -> bool:
    """Asks this process first, and the file system only once for each caller and commit."""
    window = int(time.time()) // PULL_WINDOW
    key = (caller, commit, window)
    if _seen.get(key):
        return False
    _seen.put(key, True)
    marker = hashlib.sha256(f"{caller}\0{commit}".encode()).hexdigest()[:32]
    try:
        (_folder(window) / marker).touch(exist_ok=False)
    except FileExistsError:
        return False
    except OSError:
        logger.warning("no marker for a pull could be made; it is counted by this process alone", exc_info=True)
    return True


def _folder(window: int) -> Path:
    """This window's markers; those of earlier windows go when a new one begins."""
    root = Path(settings.DATA_DIR) / "pulls"
    folder = root / str(window)
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        for old in root.iterdir():
            if old.name.isdecimal() and int(old.name) < window:
                shutil.rmtree(old, ignore_errors=True)
    return folder


atexit.register(flush)
