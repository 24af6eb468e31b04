"""Wakes a worker after commit. A nudge that is lost costs at most one sweep: the row is the truth.

Embedded, the bell is a file whose mtime the worker watches; with a broker it is a Celery message by task name. A broker
that does not answer costs one request in QUIET_SECONDS a moment, and the others nothing: until then nobody rings.
"""

import logging
import os
import time
from functools import cache, partial
from pathlib import Path

from celery import Celery
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

QUEUES = ("urgent", "plan", "small", "large", "chores")
QUEUE_OF = {
    "workers.urgent": "urgent",
    "workers.look": "plan",
    "workers.plan": "plan",
    "workers.small": "small",
    "workers.large": "large",
}
"""Every other task is a chore."""
WAIT_SECONDS = 0.5
"""A broker in the same network connects and takes a message in a few milliseconds."""
QUIET_SECONDS = 15.0


def queue_of(task: str) -> str:
    return QUEUE_OF.get(task, "chores")


def nudge(task: str, *arguments: int | str) -> None:
    """Rings for `task` ("workers.plan", ...) once the current transaction has committed; never raises."""
    transaction.on_commit(partial(_ring, task, arguments), robust=True)


def bell() -> Path:
    """The file that is touched in embedded mode."""
    return Path(settings.DATA_DIR) / "bell"


def broker_problem() -> str:
    """Why the broker cannot be reached, in words without its password; "" where it can, or where there is none."""
    if settings.EMBEDDED:
        return ""
    try:
        with _sender(settings.BROKER_URL).connection_for_write(connect_timeout=WAIT_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0)
    except Exception as error:  # noqa: BLE001  (whatever the transport raises means the same)
        return f"the broker cannot be reached ({type(error).__name__}); the sweep does its work, later"
    return ""


class _Quiet:
    """After a failure nobody rings for a while; then one tries for all, while the others still keep quiet."""

    def __init__(self) -> None:
        self._until: float | None = None

    def is_kept(self) -> bool:
        if self._until is None:
            return False
        if time.monotonic() < self._until:
            return True
        self.begin()
        return False

    def begin(self) -> None:
        self._until = time.monotonic() + QUIET_SECONDS

    def end(self) -> None:
        self._until = None


_quiet = _Quiet()


def _ring(task: str, arguments: tuple[int | str, ...]) -> None:
    try:
        if settings.EMBEDDED:
            _touch(bell())
        elif not _quiet.is_kept():
            _send(task, arguments)
            _quiet.end()
    except Exception as error:  # noqa: BLE001  (whatever the transport raises means the same)
        _quiet.begin()
        # No traceback: it would name the broker's address, with its password.
        logger.warning("could not ring for %s (%s); the sweep will find the row", task, type(error).__name__)


def _send(task: str, arguments: tuple[int | str, ...]) -> None:
    _sender(settings.BROKER_URL).send_task(
        task, args=arguments, queue=queue_of(task), ignore_result=True, expires=3600, retry=False
    )


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
    os.utime(path)


@cache
def _sender(broker_url: str) -> Celery:
    app = Celery("entrepot", broker=broker_url)
    app.conf.update(
        broker_connection_timeout=WAIT_SECONDS,
        broker_connection_retry=False,
        broker_transport_options={
            "socket_timeout": WAIT_SECONDS,
            "socket_connect_timeout": WAIT_SECONDS,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
        },
    )
    return app
