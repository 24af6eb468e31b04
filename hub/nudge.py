"""Wakes a worker after commit. A nudge that is lost costs at most one sweep: the row is the truth.

Embedded, the bell is a file whose mtime the worker watches; with a broker it is a Celery message by task name.
"""

import logging
import os
from functools import cache, partial
from pathlib import Path

from celery import Celery
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def nudge(task: str, *arguments: int | str) -> None:
    """Rings for `task` ("workers.plan", ...) once the current transaction has committed; never raises."""
    transaction.on_commit(partial(_ring, task, arguments), robust=True)


def bell() -> Path:
    """The file that is touched in embedded mode."""
    return Path(settings.DATA_DIR) / "bell"


def _ring(task: str, arguments: tuple[int | str, ...]) -> None:
    try:
        if settings.EMBEDDED:
            _touch(bell())
        else:
            _sender(settings.BROKER_URL).send_task(task, args=arguments, ignore_result=True, expires=3600, retry=False)
    except Exception:
        logger.warning("could not ring for %s; the sweep will find the row", task, exc_info=True)


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
    os.utime(path)


@cache
def _sender(broker_url: str) -> Celery:
    app = Celery("entrepot", broker=broker_url)
    app.conf.update(
        broker_connection_timeout=2,
        broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2},
    )
    return app
