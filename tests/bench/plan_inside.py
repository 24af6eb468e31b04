"""In a process of its own: looks `REPO` up, allows it, plans it, and tells what that cost."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

from .memory import peak_mib
from .upstream import REPO


class Counter:
    """Counts the statements that a connection sends."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def main() -> None:
    django.setup()
    from hub.accounts.callers import SYSTEM
    from hub.catalog.models import RepoFile
    from hub.mirroring import steps
    from hub.mirroring.models import Request
    from hub.mirroring.wishes import Wish, submit
    from hub.names import RepoId, RepoKind
    from hub.upstreams.models import Upstream

    call_command("prepare", verbosity=0, stdout=sys.stderr)
    upstream = Upstream.objects.get(slug="huggingface")
    before = peak_mib_of_self()
    request = submit(Wish(upstream, RepoKind.MODEL, RepoId.parse(REPO)), SYSTEM)
    counter, started = Counter(), time.monotonic()
    with connection.execute_wrapper(counter):
        steps.look(request.pk)
        Request.objects.filter(pk=request.pk).update(state=Request.State.APPROVED)
        steps.plan(request.pk)
    request.refresh_from_db()
    if request.state != Request.State.FETCHING:
        raise SystemExit(f"the plan ended as {request.state}: {request.error}")
    found = {
        "queries": counter.count,
        "files": RepoFile.objects.filter(revision=request.revision).count(),
        "mib": peak_mib_of_self() - before,
        "seconds": time.monotonic() - started,
    }
    print(json.dumps(found))


def peak_mib_of_self() -> float:
    return peak_mib(int(Path("/proc/self").resolve().name))


if __name__ == "__main__":
    main()
