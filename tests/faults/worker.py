"""A worker that dies, stops or lives in another time at a named point: `python -m tests.faults.worker '{…}' work`.

The product knows nothing of this: the options are a JSON object, the functions are wrapped here before the real command
runs. What follows the options is `work`, or the arguments of `celery`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib import import_module
from itertools import count
from typing import Any

UPLOAD = "upload"


@dataclass(frozen=True)
class Point:
    """A function of a module, or of what the store's `upload` returns; the side of it, and at which of the calls."""

    where: str
    name: str
    side: str
    call: int = 1


POINTS = {
    "before the look is written": Point("hub.mirroring.steps", "_judge", "before"),
    "before the plan is written": Point("hub.mirroring.steps", "_write_plan", "before"),
    "in the transaction of the plan": Point("hub.mirroring.steps", "gather", "after"),
    "in the middle of a part": Point(UPLOAD, "write", "after", 20),
    "when a part is durable": Point(UPLOAD, "seal", "after", 2),
    "when all has been verified": Point(UPLOAD, "finish", "before"),
    "between bytes and row": Point(UPLOAD, "finish", "after"),
    # The small files settle together, and the large one: the second is the one that publishes.
    "in the transaction of the row": Point("hub.mirroring.settle", "link_held", "before", 2),
    "between row and publication": Point("hub.mirroring.settle", "conclude", "before", 2),
    "after the row": Point("workers.engine.land", "settle", "after", 2),
}


@dataclass(frozen=True)
class Options:
    point: str = ""
    deed: str = "SIGKILL"
    """The signal that the process sends itself at the point."""
    skew: float = 0.0
    """Seconds that this host's clock is ahead."""
    lease: float = 0.0
    sweep: float = 0.0


def main(text: str, command: list[str]) -> None:
    options = Options(**json.loads(text))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    if options.skew:
        shift_clock(options.skew)
    rhythm = import_module("workers.engine.rhythm")
    rhythm.SWEEP_SECONDS = options.sweep or rhythm.SWEEP_SECONDS  # type: ignore[attr-defined]
    import django

    django.setup()
    if options.lease:
        shorten_leases(options.lease)
    if options.point:
        plant(options)
    if command[0] in ("work", "beat"):
        import_module("django.core.management").call_command(*command)
    else:
        import_module("workers.celery").app.worker_main(command)


def shift_clock(seconds: float) -> None:
    """Before anything is imported that could keep the right function."""
    right = time.time
    time.time = lambda: right() + seconds
    timezone = import_module("django.utils.timezone")
    timezone.now = lambda: datetime.now(UTC) + timedelta(seconds=seconds)  # type: ignore[attr-defined]


def shorten_leases(seconds: float) -> None:
    leases, steps, heartbeat = map(
        import_module, ("hub.mirroring.leases", "hub.mirroring.steps", "workers.engine.heartbeat")
    )
    leases.LeaseQuerySet.claim.__defaults__ = (*leases.LeaseQuerySet.claim.__defaults__[:-1], seconds)
    leases.LeaseQuerySet.renew.__defaults__ = (seconds,)
    steps.STEP_SECONDS = seconds  # type: ignore[attr-defined]
    heartbeat.Heartbeat.__init__.__defaults__ = (dict, seconds / 3)
    import_module("hub.blobs.local_upload").SILENT_SECONDS = seconds / 2  # type: ignore[attr-defined]


def plant(options: Options) -> None:
    point = POINTS[options.point]
    number = count(1)

    def happen() -> None:
        if next(number) == point.call:
            print(f"{options.deed} {options.point}", file=sys.stderr, flush=True)
            os.kill(os.getpid(), getattr(signal, options.deed))

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            if point.side == "before":
                happen()
            result = call(*arguments, **named)
            if point.side == "after":
                happen()
            return result

        return wrapped

    if point.where != UPLOAD:
        module = import_module(point.where)
        setattr(module, point.name, around(getattr(module, point.name)))
        return
    kind = type(import_module("hub.blobs.stores").store())
    begin = kind.upload

    def upload(*arguments: Any, **named: Any) -> Any:
        made = begin(*arguments, **named)
        setattr(made, point.name, around(getattr(made, point.name)))
        return made

    kind.upload = upload


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
