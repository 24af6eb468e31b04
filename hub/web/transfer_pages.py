"""The page of transfers: what runs, waits, has failed and is done, and who is at work."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.staff import may
from hub.mirroring.arrivals import arrivals
from hub.mirroring.models import Request, Transfer
from hub.mirroring.traffic import (
    AtWork,
    Share,
    Traffic,
    ended_transfers,
    next_transfers,
    pauses_now,
    process_of,
    running_transfers,
    traffic,
)
from hub.mirroring.waiters import waiters_of
from hub.upstreams.models import Upstream
from hub.web.fragments import wants_fragment
from hub.web.visitors import for_pullers

FEW, MANY = 10, 100
"""Rows of a list on the page of everything, and of the same list alone."""

VIEWS: dict[str, Promise] = {
    "": _("Everything"),
    "running": _("Running"),
    "queued": _("Queued"),
    "failed": _("Failed"),
    "done": _("Done lately"),
}
WORDS: dict[str, Promise] = {
    "running": _("running"),
    "due": _("next in turn"),
    "waiting": _("tried again later"),
    "paused": _("paused"),
    "small": _("small files"),
    "large": _("large files"),
    "low": _("low"),
    "normal": _("normal"),
    "urgent": _("urgent"),
}


@dataclass(frozen=True)
class Line:
    """One file in a list. `worker` is who has it, for those who may know; `requests` are what waits for it."""

    transfer: Transfer
    worker: AtWork | None = None
    requests: tuple[Request, ...] = ()
    standing: Promise | str = ""


@require_safe
@never_cache
@for_pullers
def transfers(request: HttpRequest) -> HttpResponse:
    """`?state=` keeps one list, `?worker=` (its number) the files that a worker has, `?hold=1` stops the polling.

    Names of workers and texts of errors are for staff who may view them; the numbers are for everybody who may pull.
    """
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in VIEWS else ""
    told = traffic()
    sees_workers = may(request, "mirroring.view_worker")
    workers = told.value.workers if sees_workers else ()
    worker = next((one for one in workers if str(one.worker.pk) == request.GET.get("worker", "")), None)
    query = {name: value for name, value in (("state", chosen), ("worker", worker and worker.worker.pk)) if value}
    context = {
        "traffic": told.value,
        "numbers": _numbers(told.value),
        "chosen": "running" if worker else chosen,
        "views": [(value, label, _count(told.value, value)) for value, label in VIEWS.items()],
        "worker": worker,
        "workers": workers,
        "sees_workers": sees_workers,
        "sees_errors": may(request, "mirroring.view_transfer"),
        "may_steer": may(request, "mirroring.operate_hub"),
        "pauses": pauses_now(),
        "queue": [_said(share) for share in told.value.queue],
        "lists": _lists("running" if worker else chosen, worker, workers),
        "query": urlencode(query),
        "hold": request.GET.get("hold") == "1",
    }
    if not chosen and not worker:
        context["arrivals"] = arrivals().value
        context["upstreams"] = Upstream.objects.filter(enabled=True)
    return render(request, "web/_transfers.html" if wants_fragment(request) else "web/transfers.html", context)


def _said(share: Share) -> dict[str, object]:
    return {
        "share": share,
        "lane": WORDS[share.lane],
        "priority": WORDS[share.priority],
        "standing": WORDS[share.standing],
    }


def _numbers(now: Traffic) -> dict[str, int | float | None]:
    return {
        "running": now.files("running"),
        "queued": now.files() - now.files("running"),
        "paused": now.files("paused"),
        "left": now.left,
        "seconds_left": now.seconds_left,
        "speed": now.bytes_per_second,
        "failed": now.failed,
    }


def _count(now: Traffic, chosen: str) -> int | None:
    numbers = {"running": now.files("running"), "queued": now.files() - now.files("running"), "failed": now.failed}
    return numbers.get(chosen)


def _lists(chosen: str, worker: AtWork | None, workers: tuple[AtWork, ...]) -> dict[str, list[Line]]:
    """The lists of the page by name: all of them, short, or the chosen one, long."""
    most = MANY if chosen else FEW
    makers: dict[str, Callable[[], list[Line]]] = {
        "running": lambda: _running(worker, workers, most),
        "queued": lambda: _queued(most),
        "failed": lambda: _ended(Transfer.State.FAILED, most),
        "done": lambda: _ended(Transfer.State.DONE, most),
    }
    return {name: make() for name, make in makers.items() if chosen in ("", name)}


def _running(worker: AtWork | None, workers: tuple[AtWork, ...], most: int) -> list[Line]:
    rows = running_transfers()
    by_process = {process_of(one.worker.name): one for one in workers}
    if worker:
        rows = rows.filter(lease_owner__startswith=f"{process_of(worker.worker.name)}:")
    return [Line(row, by_process.get(process_of(row.lease_owner))) for row in rows[:most]]


def _queued(most: int) -> list[Line]:
    return [Line(row, standing=WORDS[row.standing]) for row in next_transfers()[:most]]  # type: ignore[attr-defined]


def _ended(state: Transfer.State, most: int) -> list[Line]:
    rows = list(ended_transfers(state)[:most])
    waiting = waiters_of(rows) if state == Transfer.State.FAILED else {}
    return [Line(row, requests=tuple(waiting.get(row.pk, ()))) for row in rows]
