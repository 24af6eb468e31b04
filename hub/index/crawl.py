"""Reading an upstream's listing into the index, page by page, as politely as a listing can be read.

A page is asked for outside of any transaction; its rows and the place of the next page are written in one. Nobody waits
for a crawl, so it leaves a share of every budget to people, and stops for the rest of a window where little is left.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from hub.errors import (
    HubError,
    LeaseLost,
    SealBroken,
    UpstreamBudgetSpent,
    UpstreamDisabled,
    UpstreamError,
    UpstreamGated,
    UpstreamRateLimited,
    UpstreamTokenWrong,
)
from hub.index.crawls import COUNTS, Crawl, Sighting, added
from hub.index.entries import take_in
from hub.index.vanishing import mark_vanished
from hub.upstreams.budget import bulk
from hub.upstreams.limits import standing
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ListingPage
from hub.upstreams.registry import client_for

logger = logging.getLogger(__name__)

Pause = Callable[[float], object]
"""Sleeps for seconds, or less where the process is about to end; may raise."""

OVERLAP = timedelta(hours=2)
"""So much of what a pass has seen is read again by the next: listings lag behind, and clocks differ."""
LEAST_LEFT = 0.4
"""Of an upstream's requests: where fewer are left in a window, they are for people and for what was asked for."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_PAGES = 200_000
"""Of one pass: a listing without end is none."""


@dataclass
class Going:
    """How a crawl runs: `stopped` ends it after the page it is at, `pause` sleeps in between, `told` hears of a page,
    and `until` is a time (monotonic) after which no page is begun. `believe` marks as vanished what a full pass did not
    see, however much that is."""

    stopped: Callable[[], bool] = lambda: False
    pause: Pause = time.sleep
    told: Callable[[Crawl], object] = lambda crawl: None
    until: float = float("inf")
    believe: bool = False

    @property
    def is_over(self) -> bool:
        return self.stopped() or time.monotonic() >= self.until


def crawl(crawl_id: int, going: Going) -> HubError | None:
    """Reads one slice until its pass has ended or `going` is over; what it met, if that was an error. LeaseLost where
    another worker is at it."""
    owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
    if not Crawl.objects.filter(pk=crawl_id, upstream__enabled=True).claim(owner):
        return LeaseLost("another worker reads it now", "see how it stands with: manage.py index status")
    row = Crawl.objects.select_related("upstream").get(pk=crawl_id)
    try:
        _begin(row, owner)
        while _read(row, owner, going):
            pass
        Crawl.objects.filter(pk=row.pk).release(owner)
    except LeaseLost as error:
        return error
    except HubError as error:
        _stumble(row, owner, error)
        return error
    except BaseException:
        Crawl.objects.filter(pk=row.pk).release(owner)
        raise
    return None


def _begin(row: Crawl, owner: str) -> None:
    """A new pass, where none is under way."""
    if row.stage:
        return
    now = timezone.now()
    full_days = timedelta(days=settings.INDEX_FULL_DAYS)
    is_full = row.full_wanted or row.watermark is None or row.full_at is None or row.full_at <= now - full_days
    changes: dict[str, Any] = dict.fromkeys(COUNTS, 0) | {
        "stage": Crawl.Stage.FULL if is_full else Crawl.Stage.CHANGES,
        "since": None if is_full or row.watermark is None else row.watermark - OVERLAP,
        "began_at": now,
        "reached": None,
        "cursor": "",
        "warning": "",
    }
    if is_full:
        Sighting.objects.filter(crawl=row).delete()
    _write(row, owner, changes)


def _read(row: Crawl, owner: str, going: Going) -> bool:
    """One page; whether another one is to be read now."""
    if going.is_over:
        return False
    wait_for_room(row.upstream)
    if row.pages >= MOST_PAGES:
        _restart(row, owner)
        raise UpstreamError(f"{row} has more than {MOST_PAGES:,} pages", "index fewer at a time, by authors or tasks")
    with bulk(going.pause):
        page = client_for(row.upstream).list_repos(row.slice, row.cursor)
    _take(row, owner, page)
    going.told(row)
    if not page.next:
        return _turn(row, owner, going)
    if settings.INDEX_PAUSE:
        going.pause(settings.INDEX_PAUSE)
    return True


def wait_for_room(upstream: Upstream) -> None:
    """Raises UpstreamBudgetSpent where so few requests are left that they are for others."""
    for budget in standing(upstream).budgets.values():
        if budget.paused or (budget.quota and budget.left < budget.quota * LEAST_LEFT):
            wait = max(budget.paused, budget.resets_in, 1.0)
            raise UpstreamBudgetSpent(
                f"most requests that {upstream.slug} allows in its window are used up, and the rest is for people",
                "nothing to do: the crawl goes on by itself; a token of the upstream allows more",
                wait,
            )


def _take(row: Crawl, owner: str, page: ListingPage) -> None:
    """The page's rows, and the place behind it."""
    # By the clock of whoever began, where ours is behind it: what this pass has seen must not look older than the pass.
    now = max(timezone.now(), row.began_at or timezone.now())
    # A time that has not come yet would hide all that changes until then.
    times = [min(repo.updated_at, now) for repo in page.repos if repo.updated_at is not None]
    with transaction.atomic():
        # The lease first: whoever has lost it writes nothing.
        _renew(row, owner)
        taken = take_in(row.upstream, page.repos, now, lambda pks: _note_seen(row, pks))
        _write(
            row,
            owner,
            added(
                pages=1,
                listed=taken.total,
                new=taken.new,
                changed=taken.changed,
                skipped=page.skipped + taken.skipped,
            )
            | {
                "cursor": page.next,
                "reached": max([*times, *([row.reached] if row.reached else [])], default=None),
                "attempts": 0,
                "error": "",
                "error_code": "",
                "not_before": None,
            }
            | ({"warning": page.cut_off} if page.cut_off else {}),
        )


def _note_seen(row: Crawl, entries: list[int]) -> None:
    """Only a full pass has to know what it has not seen."""
    if row.stage != Crawl.Stage.CHANGES:
        Sighting.objects.bulk_create([Sighting(crawl=row, entry=pk) for pk in entries], ignore_conflicts=True)


def _turn(row: Crawl, owner: str, going: Going) -> bool:
    """The end of a stage: what follows it, and whether that is to be read now."""
    if row.stage == Crawl.Stage.FULL and row.began_at is not None:
        caught = {"stage": Crawl.Stage.CATCH_UP, "since": row.began_at - OVERLAP, "total": row.listed}
        _write(row, owner, caught)
        return True
    is_full = row.stage == Crawl.Stage.CATCH_UP
    if is_full and not row.warning:
        with bulk(going.pause):
            vanished, warning = mark_vanished(row, going.believe, lambda: _renew(row, owner))
        row.vanished, row.warning = vanished, warning
    now = timezone.now()
    changes: dict[str, Any] = {
        "stage": Crawl.Stage.IDLE,
        "cursor": "",
        "since": None,
        "watermark": max((time for time in (row.watermark, row.reached) if time), default=row.began_at),
        "finished_at": now,
        "vanished": row.vanished,
        "warning": row.warning,
        "not_before": now + timedelta(minutes=settings.INDEX_MINUTES),
    } | ({"full_at": now, "full_wanted": False} if is_full else {})
    _write(row, owner, changes)
    if is_full:
        Sighting.objects.filter(crawl=row).delete()
    return False


_NO_FAULT_OF_THE_CURSOR = (UpstreamTokenWrong, UpstreamGated, UpstreamDisabled, SealBroken)


def _stumble(row: Crawl, owner: str, error: HubError) -> None:
    """Notes the error. Where upstream does not take the place any more, the pass begins again."""
    note = {"error": error.words[:1000], "error_code": error.code}
    if isinstance(error, UpstreamRateLimited):
        pause = timedelta(seconds=error.retry_after or FIRST_PAUSE.total_seconds())
        Crawl.objects.filter(pk=row.pk).release(owner, **note, not_before=Now() + pause)
        return
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts, 12))
    if error.retry_after is not None:
        pause = max(pause, timedelta(seconds=error.retry_after))
    if error.permanent and row.cursor and not isinstance(error, _NO_FAULT_OF_THE_CURSOR):
        note |= {"stage": "", "cursor": ""}
    Crawl.objects.filter(pk=row.pk).release(owner, **note, attempts=row.attempts + 1, not_before=Now() + pause)
    logger.warning("The crawl of %s met: %s", row, error.words)


def _restart(row: Crawl, owner: str) -> None:
    _write(row, owner, {"stage": Crawl.Stage.IDLE, "cursor": ""})


def _renew(row: Crawl, owner: str) -> None:
    _write(row, owner, {})


def _write(row: Crawl, owner: str, changes: dict[str, Any]) -> None:
    """Raises LeaseLost where another worker has taken over."""
    if not Crawl.objects.filter(pk=row.pk).renew(owner, **changes):
        raise LeaseLost(f"another worker reads {row}")
    if changes:
        row.refresh_from_db(fields=list(changes))
