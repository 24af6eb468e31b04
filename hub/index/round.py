"""All crawls: which there are by the settings, which are due, and one round over them."""

import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from hub.errors import BadInput, HubError, UpstreamRateLimited
from hub.index import counts
from hub.index.crawl import Going, crawl
from hub.index.crawls import Crawl
from hub.index.scope import KINDS, Part, parts
from hub.upstreams.models import Upstream

logger = logging.getLogger(__name__)

ROUND_SECONDS = 40.0
"""A round of a worker ends before the next one is due, and leaves the rest to it."""


def plan_crawls() -> QuerySet[Crawl]:
    """The rows of what the settings name: those that are missing are made, the others rest."""
    wanted = {_key(part): part for part in parts()}
    rows = {_row_key(row): row for row in Crawl.objects.select_related("upstream")}
    new = [_crawl(part) for key, part in wanted.items() if key not in rows]
    Crawl.objects.bulk_create(new, ignore_conflicts=True)
    for active in (True, False):
        turned = [row.pk for key, row in rows.items() if (key in wanted) is active and row.active is not active]
        if turned:
            Crawl.objects.filter(pk__in=turned).update(active=active)
    return Crawl.objects.filter(active=True, upstream__enabled=True).select_related("upstream")


def _key(part: Part) -> tuple[int, str, str, str, str]:
    cut = part.slice
    return (part.upstream.pk, cut.kind.value, cut.author.lower(), cut.tag.lower(), cut.task.lower())


def _row_key(row: Crawl) -> tuple[int, str, str, str, str]:
    return (row.upstream_id, row.kind, row.author.lower(), row.tag.lower(), row.task.lower())


def _crawl(part: Part) -> Crawl:
    cut = part.slice
    return Crawl(upstream=part.upstream, kind=cut.kind.value, author=cut.author, tag=cut.tag, task=cut.task)


def free_the_dead() -> None:
    """Gives back the leases of processes of this host that no longer run. Where that is a mistake, whoever lives after
    all is told so at its next page, and writes nothing."""
    here = f"{socket.gethostname()[:40]}:"
    for owner in set(Crawl.objects.filter(lease_owner__startswith=here).values_list("lease_owner", flat=True)):
        number = owner.removeprefix(here).partition(":")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            Crawl.objects.all().release(owner)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def crawl_due(going: Going) -> int:
    """One round of a worker over what is due, the longest due first: how many slices that were. Any number of workers
    may do so at once. An upstream that asks for a pause is left alone for the rest of the round."""
    plan_crawls()
    free_the_dead()
    going = replace(going, until=time.monotonic() + ROUND_SECONDS)
    due = Crawl.objects.due().order_by(F("not_before").asc(nulls_first=True), "pk")
    read, paused = 0, set[int]()
    for pk, upstream_id in list(due.values_list("pk", "upstream_id")):
        if going.is_over:
            break
        if upstream_id not in paused:
            error = crawl(pk, going)
            read += 1
            if isinstance(error, UpstreamRateLimited):
                paused.add(upstream_id)
    return read


def recount() -> None:
    """Counts words and facets anew after entries have changed: search finds the same without, only slower."""
    try:
        counts.refresh()
    except IntegrityError:
        logger.info("another process counts the index now")


@dataclass
class Summary:
    """What a run did, over all of its slices. `errors` are (slice, words)."""

    slices: int = 0
    unfinished: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)


def run(
    going: Going,
    *,
    upstream: str = "",
    kind: str = "",
    authors: Iterable[str] = (),
    full: bool = False,
    waiting: Callable[[Crawl, float], object] = lambda row, seconds: None,
) -> Summary:
    """Reads every slice of the settings that is named now, whenever it would be due; `full` reads all of each.

    An upstream that asks for a pause gets it, and the slice goes on after it; `waiting` hears of that beforehand.
    Raises BadInput where nothing is named.
    """
    rows = _named(upstream, kind, list(authors))
    free_the_dead()
    if full:
        Crawl.objects.filter(pk__in=[row.pk for row in rows]).update(full_wanted=True)
        # A pass that reads only changes gives way.
        idle = Crawl.objects.filter(pk__in=[row.pk for row in rows], stage=Crawl.Stage.CHANGES).free()
        idle.update(stage=Crawl.Stage.IDLE, cursor="")
    summary = Summary()
    for row in rows:
        if going.stopped():
            break
        error = _read_all(row, going, waiting)
        row.refresh_from_db()
        _add(summary, row, error)
    if any(summary.counts[name] for name in ("new", "changed", "vanished")):
        recount()
    return summary


def _named(upstream: str, kind: str, authors: list[str]) -> list[Crawl]:
    found = plan_crawls()
    if not found.exists():
        raise BadInput(
            "the settings name nothing to index",
            "set HUB_INDEX_AUTHORS, HUB_INDEX_TAGS or HUB_INDEX_TASKS, or HUB_INDEX_ALL=on",
        )
    if upstream:
        if not Upstream.objects.filter(slug=upstream).exists():
            known = ", ".join(Upstream.objects.values_list("slug", flat=True))
            raise BadInput(f"there is no upstream called {upstream!r}", f"write one of: {known}")
        found = found.filter(upstream__slug=upstream)
    if kind:
        if kind not in KINDS:
            raise BadInput(f"{kind!r} cannot be indexed", f"write one of: {', '.join(KINDS)}")
        found = found.filter(kind=kind)
    if authors:
        any_of = Q()
        for author in authors:
            any_of |= Q(author__iexact=author)
        found = found.filter(any_of)
    rows = list(found)
    if not rows:
        raise BadInput("no slice of the settings is like that", "see which there are with: manage.py index status")
    return rows


def _read_all(row: Crawl, going: Going, waiting: Callable[[Crawl, float], object]) -> HubError | None:
    while True:
        error = crawl(row.pk, going)
        if not isinstance(error, UpstreamRateLimited) or going.is_over:
            return error
        seconds = max(1.0, error.retry_after or 60.0)
        waiting(row, seconds)
        going.pause(seconds)


def _add(summary: Summary, row: Crawl, error: HubError | None) -> None:
    summary.slices += 1
    summary.unfinished += bool(row.stage)
    for name in ("pages", "listed", "new", "changed", "skipped", "vanished"):
        summary.counts[name] += getattr(row, name)
    if row.warning:
        summary.warnings.append((str(row), row.warning))
    if error is not None:
        summary.errors.append((str(row), error.words))


@dataclass(frozen=True)
class State:
    """How one slice stands, for people and figures; `next_at` None = now, or as soon as a worker has time."""

    crawl: Crawl
    is_running: bool
    next_at: datetime | None


def states() -> list[State]:
    """Every slice of the settings."""
    now = timezone.now()
    return [
        State(
            row,
            bool(row.lease_until and row.lease_until > now),
            row.not_before if row.not_before and row.not_before > now else None,
        )
        for row in plan_crawls()
    ]
