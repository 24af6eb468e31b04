"""How the processes of one host tell what they counted, so that whichever is asked can answer for all.

Each process writes its totals to a file of its own in HUB_DATA_DIR/metrics/<host name>/, every WRITE_SECONDS and when
it is asked; the answer is the sum of the files. A lock on a second file says that the process lives: the kernel drops
it however the process ends. Files of the dead are added to one that stays, so that no total ever falls, which
Prometheus would take for a restart.

prometheus_client has a way of its own for this, memory-mapped files. They kill the process (SIGBUS) when the disk is
full, which is when a hub has to go on answering; and they double the cost of counting. A file written by rename can
only fail. A `kill -9` loses what was counted in the last WRITE_SECONDS.

Containers have host names of their own, so those that share a data directory do not add up each other's totals.
"""

import atexit
import fcntl
import json
import logging
import os
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client.core import Metric

from hub.metrics import COUNTED

logger = logging.getLogger(__name__)

WRITE_SECONDS = 5.0
STALE_SECONDS = 86400.0
"""Folders of other host names (containers that are gone) are removed after so long without a write."""

Sample = tuple[str, tuple[tuple[str, str], ...]]
Totals = dict[Sample, float]
"""(name of the sample, its labels in order) -> value"""

DEAD = "ended"
"""Name of the file with the totals of all processes that have ended."""


class _Process:
    """This process' place in the folder. A fork begins anew: what the parent had counted is not the child's."""

    def __init__(self, inherited: Totals | None = None) -> None:
        self.inherited = inherited or {}
        self.lock = threading.Lock()
        self.name = ""
        self.folder = Path()
        self.alive: int | None = None
        self.writer: threading.Thread | None = None

    def totals(self) -> Totals:
        return {
            sample: value - self.inherited.get(sample, 0.0) for sample, value in _totals_of(COUNTED.collect()).items()
        }

    def join(self, folder: Path) -> None:
        """Takes a name, and holds the lock that says it lives. Raises OSError."""
        if self.alive is not None and self.folder == folder:
            return
        # Whoever folds must not find the lock between its making and its taking.
        with _folding(folder):
            self.name, self.folder = f"{os.getpid()}-{uuid.uuid4().hex[:8]}", folder
            self.alive = os.open(folder / f"{self.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self.alive, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def write(self) -> None:
        """Raises OSError."""
        with self.lock:
            self.join(folder())
            _write(self.folder / f"{self.name}.json", {"totals": _rows(self.totals())})


_process = _Process()
_inherited: Totals = {}


def folder() -> Path:
    return Path(settings.DATA_DIR) / "metrics" / socket.gethostname()


def start() -> None:
    """Begins to share what this process counts; the second call does nothing. Never raises."""
    if _process.writer is not None:
        return
    _process.writer = threading.Thread(target=_write_for_ever, args=(_process,), name="metrics", daemon=True)
    _process.writer.start()


def flush() -> bool:
    """Writes this process' totals now; whether that worked. Never raises."""
    try:
        _process.write()
    except OSError as error:
        logger.warning("what this process counted could not be shared: %s", error)
        return False
    return True


def everybodys() -> Iterator[Metric]:
    """The families of COUNTED with the totals of every process of this host, living and ended."""
    written = flush()
    totals: Totals = {} if written else _process.totals()
    try:
        _add(totals, _shared(folder()))
    except OSError as error:
        logger.warning("what other processes counted could not be read: %s", error)
    for family in COUNTED.collect():
        names = {family.name + part for part in ("_total", "_bucket", "_count", "_sum")}
        merged = Metric(family.name, family.documentation, family.type)
        for (name, labels), value in totals.items():
            if name in names:
                merged.add_sample(name, dict(labels), value)
        yield merged


def fold() -> int:
    """Adds the totals of processes that have ended to the file that stays, and removes theirs; how many those were."""
    place, ended = folder(), 0
    with _folding(place):
        kept = _load(place / f"{DEAD}.json")
        totals, names = _totals(kept), set(kept.get("names", ()))
        dead = [path for path in place.glob("*.lock") if path.stem != _process.name and _is_dead(path)]
        for lock in dead:
            if lock.stem not in names:
                _add(totals, _read(lock.with_suffix(".json")))
                ended += 1
        if dead:
            # Until the files are gone, their names say that they were added: a kill in between counts nothing twice.
            _write(place / f"{DEAD}.json", {"names": [path.stem for path in dead], "totals": _rows(totals)})
        for lock in dead:
            lock.with_suffix(".json").unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
    return ended


def _write_for_ever(process: _Process) -> None:
    try:
        fold()
        _forget_hosts_that_are_gone()
    except OSError as error:
        logger.warning("the folder of metrics could not be tidied: %s", error)
    while process is _process:
        flush()
        time.sleep(WRITE_SECONDS)


def _forget_hosts_that_are_gone() -> None:
    own = folder()
    for other in own.parent.iterdir():
        newest = max((path.stat().st_mtime for path in other.iterdir()), default=other.stat().st_mtime)
        if other != own and newest < time.time() - STALE_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def _shared(place: Path) -> Totals:
    """The sum of the files, without those that have been added to the file of the dead already."""
    totals: Totals = {}
    with _folding(place):
        names = set(_load(place / f"{DEAD}.json").get("names", ()))
        for path in place.glob("*.json"):
            if path.stem not in names:
                _add(totals, _read(path))
    return totals


@contextmanager
def _folding(place: Path) -> Iterator[None]:
    """Nobody folds meanwhile."""
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "folding", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_dead(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _totals_of(families: Iterable[Metric]) -> Totals:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def _add(totals: Totals, more: Totals) -> None:
    for sample, value in more.items():
        totals[sample] = totals.get(sample, 0.0) + value


def _rows(totals: Totals) -> list[tuple[str, dict[str, str], float]]:
    return [(name, dict(labels), value) for (name, labels), value in totals.items()]


def _totals(data: dict[str, Any]) -> Totals:
    return {(name, tuple(sorted(labels.items()))): value for name, labels, value in data.get("totals", ())}


def _read(path: Path) -> Totals:
    return _totals(_load(path))


def _load(path: Path) -> dict[str, Any]:
    """{} where there is no such file, or where a machine that lost its power left half of one."""
    try:
        data = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _write(path: Path, data: object) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(data))
    draft.replace(path)


def _before_fork() -> None:
    global _inherited
    _inherited = _totals_of(COUNTED.collect())


def _after_fork() -> None:
    """The lock stays with the parent, who has its own descriptor of it."""
    global _process
    if _process.alive is not None:
        os.close(_process.alive)
    _process = _Process(_inherited)


def _at_exit() -> None:
    if _process.writer is not None:
        flush()


os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
atexit.register(_at_exit)
