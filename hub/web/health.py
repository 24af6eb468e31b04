"""`/-/health/live` and `/-/health/ready`, for load balancers, containers and `manage.py up`."""

import threading
import time
from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.blobs.stores import store
from hub.errors import HubError
from hub.mirroring.figures import work_left_alone
from hub.mirroring.quota import room_now
from hub.nudge import broker_problem
from hub.sizes import human_seconds

_migrated = False
"""Set once the tables are found to be up to date: this process' code does not change any more."""


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when this process can serve, 503 when not; either tells about every part.

    What is held can be served without a broker and without a worker, so trouble with those is told in `warnings` alone.
    """
    parts = {name: problem(check) for name, check in PARTS.items()}
    told = {name: text or "ok" for name, text in parts.items()}
    is_ready = not any(parts.values())
    warnings = _warnings.get() if is_ready else {}
    return JsonResponse({"ready": is_ready, "parts": told, "warnings": warnings}, status=200 if is_ready else 503)


def problem(check: Callable[[], None]) -> str:
    """What is wrong, as a sentence without secrets; "" where nothing is."""
    try:
        check()
    except HubError as error:
        return error.words
    except Exception as error:  # noqa: BLE001 - whatever fails, the answer is "not ready"
        return f"{type(error).__name__}; the log of the hub says more"
    return ""


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    global _migrated
    if _migrated:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise HubError("the database has tables of another version", "run `manage.py prepare`")
    _migrated = True


def _store() -> None:
    store().check()


def _broker() -> None:
    if text := broker_problem():
        raise HubError(text, "look at HUB_BROKER_URL")


def _workers() -> None:
    if (waited := work_left_alone()) is not None:
        raise HubError(
            f"work has been waiting for {human_seconds(waited)}, and no worker takes any",
            "start one: `manage.py serve` runs one, `manage.py work` is one",
        )


def _room() -> None:
    room = room_now()
    if room.left is not None and room.left < 0:
        raise HubError(
            f"there is no room for anything new: {room.words}",
            "see `manage.py evict --dry-run` and `manage.py pruneblobs --dry-run`",
        )


class _Warnings:
    """Asked once in WARN_SECONDS: load balancers ask often, and a broker that is down takes seconds to say nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, str] = {}
        self._until = 0.0

    def get(self) -> dict[str, str]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._told = {name: text for name, check in WARNINGS.items() if (text := problem(check))}
                self._until = time.monotonic() + WARN_SECONDS
            return self._told

    def forget(self) -> None:
        self._until = 0.0


WARN_SECONDS = 10.0
WARNINGS: dict[str, Callable[[], None]] = {"broker": _broker, "workers": _workers, "room": _room}
_warnings = _Warnings()

PARTS: dict[str, Callable[[], None]] = {"database": _database, "migrations": _migrations, "store": _store}
