"""How every upstream does: its limits and budgets, what is fetched from it, what went wrong lately, how it is indexed.

Nobody is asked for it but our own rows and counters, and no token is in it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Now
from django.utils import timezone

from hub.index.crawls import Crawl
from hub.index.models import Entry
from hub.mirroring.kept import Kept, Told
from hub.mirroring.models import Pause, Request, Transfer
from hub.upstreams.limits import Standing, standing
from hub.upstreams.models import Upstream

SECONDS = 30.0
LATELY = timedelta(days=1)
MOST = 6

State = Transfer.State


@dataclass(frozen=True)
class Trouble:
    """One kind of error, how many files and requests have it, when it came last, and the words of one of them."""

    code: str
    count: int
    at: datetime | None
    example: str


@dataclass(frozen=True)
class Flow:
    """What is fetched, in files and bytes: at work, waiting, and what came today (UTC)."""

    running: int = 0
    bytes_per_second: int = 0
    queued: int = 0
    left: int = 0
    today_files: int = 0
    today_bytes: int = 0


@dataclass(frozen=True)
class Indexing:
    """How the catalog of an upstream is read. `crawls` are the slices that the settings name, at most MOST of them."""

    entries: int
    slices: int
    running: int
    failing: int
    finished_at: datetime | None
    crawls: tuple[Crawl, ...]


@dataclass(frozen=True)
class Condition:
    """One upstream. `troubles` are those of LATELY, the most frequent first."""

    upstream: Upstream
    standing: Standing
    pause: Pause | None
    flow: Flow
    troubles: tuple[Trouble, ...]
    indexing: Indexing


@dataclass(frozen=True)
class _Counted:
    flows: dict[int, Flow]
    troubles: dict[int, tuple[Trouble, ...]]
    indexing: dict[int, Indexing]


def conditions(upstreams: Sequence[Upstream]) -> Told[list[Condition]]:
    """Limits, budgets and pauses as they are now; the rest is at most half a minute old."""
    told = _kept.get()
    counted = told.value
    pauses = {row.upstream_id: row for row in Pause.objects.select_related("upstream")}
    nothing = Indexing(0, 0, 0, 0, None, ())
    found = [
        Condition(
            upstream=row,
            standing=standing(row),
            pause=pauses.get(row.pk) or pauses.get(None),
            flow=counted.flows.get(row.pk, Flow()),
            troubles=counted.troubles.get(row.pk, ()),
            indexing=counted.indexing.get(row.pk, nothing),
        )
        for row in upstreams
    ]
    return Told(found, told.at)


def _count() -> _Counted:
    return _Counted(_flows(), _troubles(), _indexing())


_kept = Kept("conditions", _count, SECONDS)


def _flows() -> dict[int, Flow]:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    at_work = Q(lease_until__gte=Now())
    columns: dict[int, dict[str, int]] = defaultdict(dict)
    queued = Transfer.objects.filter(state=State.QUEUED).values("upstream").order_by()
    for row in queued.annotate(
        running=Count("pk", filter=at_work),
        bytes_per_second=Sum("bytes_per_second", filter=at_work),
        queued=Count("pk", filter=~at_work | Q(lease_until=None)),
        left=Sum(F("size") - F("received")),
    ):
        columns[row.pop("upstream")] |= row
    done = Transfer.objects.filter(state=State.DONE, finished_at__gte=midnight).values("upstream").order_by()
    for row in done.annotate(today_files=Count("pk"), today_bytes=Sum("size")):
        columns[row.pop("upstream")] |= row
    return {pk: Flow(**{name: max(0, value or 0) for name, value in found.items()}) for pk, found in columns.items()}


def _troubles() -> dict[int, tuple[Trouble, ...]]:
    """Of files that failed or wait for their next try, and of requests that failed before they had files."""
    since = timezone.now() - LATELY
    files = Transfer.objects.exclude(error_code="").filter(
        Q(state=State.QUEUED) | Q(state=State.FAILED, finished_at__gte=since)
    )
    wishes = Request.objects.exclude(error_code="").filter(changed_at__gte=since)
    counted: dict[tuple[int, str], list[Any]] = defaultdict(lambda: [0, None, ""])
    for rows, moment in ((files, "finished_at"), (wishes, "changed_at")):
        groups = rows.values_list("upstream", "error_code").order_by()
        for upstream, code, count, at, example in groups.annotate(n=Count("pk"), at=Max(moment), example=Max("error")):
            entry = counted[upstream, code]
            entry[0] += count
            entry[1] = max(filter(None, (entry[1], at)), default=None)
            entry[2] = entry[2] or example
    found: dict[int, list[Trouble]] = defaultdict(list)
    for (upstream, code), (count, at, example) in counted.items():
        found[upstream].append(Trouble(code, count, at, example))
    return {pk: tuple(sorted(rows, key=lambda one: -one.count)[:MOST]) for pk, rows in found.items()}


def _indexing() -> dict[int, Indexing]:
    entries = dict(Entry.objects.values_list("upstream").annotate(count=Count("pk")).order_by())
    crawls = Crawl.objects.filter(active=True).values("upstream").order_by()
    found: dict[int, dict[str, Any]] = {
        row["upstream"]: dict(row)
        for row in crawls.annotate(
            slices=Count("pk"),
            running=Count("pk", filter=Q(lease_until__gte=Now())),
            failing=Count("pk", filter=~Q(error="")),
            finished=Max("finished_at"),
        )
    }
    return {pk: _indexed(pk, entries.get(pk, 0), found.get(pk, {})) for pk in {*entries, *found}}


def _indexed(pk: int, entries: int, row: dict[str, Any]) -> Indexing:
    # Those in trouble first, then those that were read last.
    crawls = Crawl.objects.filter(active=True, upstream=pk).select_related("upstream")
    shown = crawls.order_by("-error_code", F("finished_at").desc(nulls_last=True), "pk")[:MOST] if row else ()
    numbers = {name: row.get(name, 0) for name in ("slices", "running", "failing")}
    return Indexing(entries, finished_at=row.get("finished"), crawls=tuple(shown), **numbers)
