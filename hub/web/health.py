"""`/-/health/live` and `/-/health/ready`, for load balancers, containers and `manage.py up`."""

from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.blobs.stores import store
from hub.errors import HubError

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
    """200 when this process can serve, 503 when not; either tells about every part."""
    parts = {name: problem(check) for name, check in PARTS.items()}
    told = {name: text or "ok" for name, text in parts.items()}
    return JsonResponse({"ready": not any(parts.values()), "parts": told}, status=503 if any(parts.values()) else 200)


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


PARTS: dict[str, Callable[[], None]] = {"database": _database, "migrations": _migrations, "store": _store}
