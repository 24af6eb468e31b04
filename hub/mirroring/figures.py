"""Figures that come from rows, for Prometheus: the same whichever process tells them, so queries take their `max`.

Asking is bounded: what moves is counted once in QUICK_SECONDS by indexes on what has not ended; what needs a whole
table once in SLOW_SECONDS. A question that fails leaves its figures out, and says so in `entrepot_figures_up`.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Now
from django.utils import timezone

from hub.blobs.models import Blob
from hub.blobs.scrub import AT_ONCE
from hub.catalog.models import Repo, RepoFile
from hub.errors import HubError, UpstreamBudgetSpent
from hub.index.crawls import Crawl
from hub.index.models import Entry
from hub.mirroring.kept import patient_statements
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pauses import PRIORITIES, STANDINGS, WorkQuerySet, priority_word, standing_now
from hub.mirroring.presence import alive
from hub.mirroring.quota import room_now
from hub.upstreams.limits import standing
from hub.upstreams.models import Upstream

logger = logging.getLogger(__name__)

QUICK_SECONDS = 5.0
SLOW_SECONDS = 300.0
ALONE_SECONDS = 120.0
"""A worker that lives takes due work within a sweep, whatever messages were lost."""
STATEMENT_SECONDS = 8
"""A scrape is given up after ten seconds by default."""

Values = list[tuple[tuple[str, ...], float]]


@dataclass(frozen=True)
class Figure:
    """One gauge. `values` are (values of the labels, number), in bytes and seconds."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    values: Values = field(default_factory=list)

    def of(self, values: Values) -> "Figure":
        return Figure(self.name, self.help, self.labels, values)

    def one(self, value: float) -> "Figure":
        return self.of([((), float(value))])


TRANSFERS = Figure(
    "entrepot_transfers",
    "Files on their way in: running, due, waiting for their next try, paused, failed.",
    ("state", "priority"),
)
QUEUED_BYTES = Figure("entrepot_queued_bytes", "Bytes of files on their way in that have not arrived.")
QUEUE_AGE = Figure("entrepot_queue_age_seconds", "How long the work that was due first has waited.", ("work",))
LEASES_OVERDUE = Figure("entrepot_leases_overdue", "Leases that ran out, whose work nobody has taken over yet.")
REQUESTS = Figure("entrepot_requests", "Requests by state.", ("state",))
REPOS = Figure("entrepot_repos", "Repos with a published revision.", ("kind",))
BLOBS = Figure("entrepot_blobs", "Blobs that are held.")
STORED_BYTES = Figure("entrepot_stored_bytes", "Bytes of all blobs that are held.")
NAMED_BYTES = Figure("entrepot_named_bytes", "Bytes of all files of all revisions that are held, counted each time.")
SAVED_BYTES = Figure("entrepot_dedupe_saved_bytes", "Bytes that need no room, because the same bytes are held once.")
UNCHECKED = Figure("entrepot_oldest_check_seconds", "How long ago the blob was read that was not read for longest.")
FREE_BYTES = Figure("entrepot_store_free_bytes", "Room that is left in the store, where it has a bound.")
QUOTA_LEFT = Figure("entrepot_room_left_bytes", "What may still be planned, by quota and low space, where one is set.")
WORKERS = Figure("entrepot_workers", "Worker processes that gave a sign of life lately.")
BUDGET_LEFT = Figure(
    "entrepot_upstream_budget_left",
    "Requests that an upstream lets us make in its window, as it told; known to all where there is a Redis.",
    ("upstream", "bucket"),
)
INDEX_ENTRIES = Figure(
    "entrepot_index_entries",
    "Repos of upstreams' catalogs that are indexed and have not vanished.",
    ("upstream", "kind"),
)
INDEX_AGE = Figure(
    "entrepot_index_age_seconds", "How long ago the slice of the index was read that was not read for longest."
)
INDEX_ERRORS = Figure("entrepot_index_errors", "Slices of the index that met an error at the last try.")
UP = Figure("entrepot_figures_up", "1 where this group of figures could be asked, 0 where not.", ("group",))


def transfers() -> Iterator[Figure]:
    """Only rows that have not ended well: those that are done grow without end, and counters tell of them."""
    queued = Transfer.objects.filter(state=Transfer.State.QUEUED)
    yield TRANSFERS.of([*_by_standing(queued), *_failed()])
    sums = queued.aggregate(size=Sum("size"), received=Sum("received"))
    yield QUEUED_BYTES.one(max(0, (sums["size"] or 0) - (sums["received"] or 0)))
    yield LEASES_OVERDUE.one(queued.filter(lease_until__lt=Now()).count())
    yield WORKERS.one(alive().count())
    yield _ages(timezone.now())


def _by_standing(queued: WorkQuerySet) -> Values:
    rows = (
        queued.annotate(standing=standing_now())
        .values_list("standing", "priority")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = Counter({(state, priority): 0 for state in STANDINGS for priority in _WORDS})
    for state, priority, count in rows:
        counts[state, priority_word(priority)] += count
    return [(labels, float(count)) for labels, count in counts.items()]


def _failed() -> Values:
    rows = Transfer.objects.filter(state=Transfer.State.FAILED).values_list("priority").annotate(count=Count("pk"))
    counts = Counter(dict.fromkeys(_WORDS, 0))
    for priority, count in rows.order_by():
        counts[priority_word(priority)] += count
    return [(("failed", word), float(count)) for word, count in counts.items()]


_WORDS = tuple(PRIORITIES)


def _ages(now: datetime) -> Figure:
    """Since a row could be taken: its making, or the end of its last pause."""
    due = {
        "transfer": (Transfer.objects.workable().filter(state=Transfer.State.QUEUED), "created_at"),
        "step": (
            Request.objects.workable().filter(state__in=(Request.State.NEW, Request.State.APPROVED)),
            "changed_at",
        ),
    }
    ages: Values = []
    for work, (rows, begin) in due.items():
        never = rows.filter(not_before=None).aggregate(oldest=Min(begin))["oldest"]
        again = rows.aggregate(oldest=Min("not_before"))["oldest"]
        oldest = min((moment for moment in (never, again) if moment), default=now)
        ages.append(((work,), max(0.0, (now - oldest).total_seconds())))
    return QUEUE_AGE.of(ages)


def work_left_alone() -> float | None:
    """Seconds that the oldest due work has waited, where no worker holds any lease; None where all is well."""
    if any(rows.filter(lease_until__gte=Now()).exists() for rows in (Transfer.objects.all(), Request.objects.all())):
        return None
    waited = max(seconds for _, seconds in _ages(timezone.now()).values)
    return waited if waited > ALONE_SECONDS else None


def requests() -> Iterator[Figure]:
    rows = dict(Request.objects.values_list("state").annotate(count=Count("pk")).order_by())
    yield REQUESTS.of([((state,), float(rows.get(state, 0))) for state in Request.State.values])


def held() -> Iterator[Figure]:
    """Whole tables: about a second for a million files."""
    kinds = Repo.objects.filter(held=True).values_list("kind").annotate(count=Count("pk")).order_by()
    yield REPOS.of([((kind,), float(count)) for kind, count in kinds])
    # Blobs that somebody has doubts about carry a time long ago, see `AT_ONCE`.
    real = Q(checked_at__gt=AT_ONCE)
    blobs = Blob.objects.aggregate(count=Count("pk"), size=Sum("size"), checked=Min("checked_at", filter=real))
    named = RepoFile.objects.filter(blob__isnull=False).aggregate(size=Sum("size"))["size"] or 0
    stored = blobs["size"] or 0
    yield BLOBS.one(blobs["count"])
    yield STORED_BYTES.one(stored)
    yield NAMED_BYTES.one(named)
    yield SAVED_BYTES.one(max(0, named - stored))
    oldest = Blob.objects.filter(checked_at=None).aggregate(made=Min("created_at"))["made"] or blobs["checked"]
    if oldest:
        yield UNCHECKED.one(max(0.0, (timezone.now() - oldest).total_seconds()))


def room() -> Iterator[Figure]:
    now = room_now()
    if now.free is not None:
        yield FREE_BYTES.one(now.free)
    if now.left is not None:
        yield QUOTA_LEFT.one(now.left)


def budgets() -> Iterator[Figure]:
    left: Values = []
    for upstream in Upstream.objects.filter(enabled=True):
        told = standing(upstream).budgets.items()
        left += [((upstream.slug, bucket), float(budget.left)) for bucket, budget in told if budget.quota]
    yield BUDGET_LEFT.of(left)


def indexed() -> Iterator[Figure]:
    """By columns of an index: about a second for millions of entries."""
    rows = Entry.objects.filter(vanished_at=None).values_list("upstream__slug", "kind").annotate(count=Count("pk"))
    yield INDEX_ENTRIES.of([((slug, kind), float(count)) for slug, kind, count in rows.order_by()])
    crawls = Crawl.objects.filter(active=True, upstream__enabled=True)
    yield INDEX_ERRORS.one(crawls.exclude(error_code__in=("", UpstreamBudgetSpent.code)).count())
    if oldest := crawls.aggregate(oldest=Min("finished_at"))["oldest"]:
        yield INDEX_AGE.one(max(0.0, (timezone.now() - oldest).total_seconds()))


class _Group:
    """Figures that are asked together, and kept for `seconds`. One thread asks, the others wait for it."""

    def __init__(self, name: str, ask: Callable[[], Iterator[Figure]], seconds: float) -> None:
        self.name = name
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: Sequence[Figure] = ()
        self._until = 0.0
        self._worked = False

    def figures(self) -> tuple[Sequence[Figure], bool]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._kept, self._worked = self._asked()
                # What failed is asked again soon.
                self._until = time.monotonic() + (self._seconds if self._worked else min(self._seconds, QUICK_SECONDS))
            return self._kept, self._worked

    def forget(self) -> None:
        self._until = 0.0

    def _asked(self) -> tuple[Sequence[Figure], bool]:
        try:
            with patient_statements(STATEMENT_SECONDS):
                return list(self._ask()), True
        except (Error, HubError, OSError) as error:
            logger.warning("the figures of %s could not be asked: %s", self.name, error)
            return (), False


_GROUPS = (
    _Group("transfers", transfers, QUICK_SECONDS),
    _Group("requests", requests, QUICK_SECONDS),
    _Group("room", room, QUICK_SECONDS),
    _Group("budgets", budgets, QUICK_SECONDS),
    _Group("held", held, SLOW_SECONDS),
    _Group("index", indexed, SLOW_SECONDS),
)

ALL = (
    TRANSFERS, QUEUED_BYTES, QUEUE_AGE, LEASES_OVERDUE, REQUESTS, REPOS, BLOBS, STORED_BYTES, NAMED_BYTES, SAVED_BYTES,
    UNCHECKED, FREE_BYTES, QUOTA_LEFT, WORKERS, BUDGET_LEFT, INDEX_ENTRIES, INDEX_AGE, INDEX_ERRORS, UP,
)  # fmt: skip
"""Every figure there is, without values: what dashboards and alerts may ask for."""


def figures() -> Iterator[Figure]:
    """All of them, as fresh as their groups allow."""
    up: Values = []
    for group in _GROUPS:
        found, worked = group.figures()
        yield from found
        up.append(((group.name,), float(worked)))
    yield UP.of(up)


def forget() -> None:
    """The next question is asked anew; for tests."""
    for group in _GROUPS:
        group.forget()
