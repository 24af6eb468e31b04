"""What is on its way in, in numbers: how much runs, waits and has failed, how fast it goes, and who is at work.

Bytes and seconds. The numbers are counted once in SECONDS for each process, whoever looks at them; with a million
queued files less often (see `Kept`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from hub.mirroring.kept import Kept, Told
from hub.mirroring.lanes import LARGE, SMALL, SMALL_LIMIT
from hub.mirroring.models import Transfer
from hub.mirroring.pauses import PRIORITIES, RUNNING, STANDINGS, Pause, priority_word, standing_now
from hub.mirroring.presence import Worker, alive

SECONDS = 2.0
MOST = 200
"""Running files that are looked at one by one; a small lane alone holds hundreds at a time."""

State = Transfer.State


@dataclass(frozen=True)
class Share:
    """The files of one lane, priority and standing: `left` bytes are to come, `oldest` is when the first was queued."""

    lane: str
    priority: str
    standing: str
    files: int
    left: int
    oldest: datetime

    @property
    def age(self) -> float:
        """Seconds that the oldest has waited."""
        return max(0.0, (timezone.now() - self.oldest).total_seconds())


@dataclass(frozen=True)
class AtWork:
    """One worker process that is alive, and what it has in hand: files, bytes a second, and paths of some of them."""

    worker: Worker
    files: int
    bytes_per_second: int
    some: tuple[Transfer, ...]


@dataclass(frozen=True)
class Traffic:
    """All that has not ended, and how many have failed. `running` are at most MOST, the largest first."""

    shares: tuple[Share, ...]
    failed: int
    running: tuple[Transfer, ...]
    bytes_per_second: int
    workers: tuple[AtWork, ...]

    def files(self, *standings: str) -> int:
        """How many files stand so: "running", "due", "waiting", "paused"; without words, all."""
        return sum(share.files for share in self.shares if not standings or share.standing in standings)

    @property
    def left(self) -> int:
        """Bytes that are still to come."""
        return sum(share.left for share in self.shares)

    @property
    def seconds_left(self) -> float | None:
        """For all of it at the speed of now; None where nothing moves."""
        return self.left / self.bytes_per_second if self.bytes_per_second and self.left else None

    @property
    def queue(self) -> list[Share]:
        """What no worker has, the most urgent first."""
        return [share for share in self.shares if share.standing != RUNNING]


def traffic() -> Told[Traffic]:
    """The numbers of now, at most a few seconds old."""
    return _kept.get()


def _count() -> Traffic:
    running = tuple(running_transfers()[:MOST])
    by_owner = _by_process()
    return Traffic(
        shares=tuple(_shares()),
        failed=Transfer.objects.filter(state=State.FAILED).count(),
        running=running,
        bytes_per_second=sum(speed for _, speed in by_owner.values()),
        workers=tuple(_at_work(by_owner, running)),
    )


_kept = Kept("traffic", _count, SECONDS)


def _shares() -> Iterator[Share]:
    lane = Case(
        When(size__lte=SMALL_LIMIT, then=Value(SMALL)), default=Value(LARGE), output_field=CharField(max_length=10)
    )
    rows = (
        Transfer.objects.filter(state=State.QUEUED)
        .annotate(lane=lane, standing=standing_now())
        .values_list("lane", "standing", "priority")
        .annotate(files=Count("pk"), left=Sum(F("size") - F("received")), oldest=Min("created_at"))
        .order_by()
    )
    sums: dict[tuple[str, str, str], list[tuple[int, int, datetime]]] = defaultdict(list)
    for kind, state, priority, files, left, oldest in rows:
        sums[kind, priority_word(priority), state].append((files, max(0, left or 0), oldest))
    for (kind, word, state), parts in sorted(sums.items(), key=lambda entry: _rank(*entry[0])):
        files, left = sum(part[0] for part in parts), sum(part[1] for part in parts)
        yield Share(kind, word, state, files, left, min(part[2] for part in parts))


def _rank(lane: str, priority: str, standing: str) -> tuple[int, int, str]:
    return -PRIORITIES[priority], STANDINGS.index(standing), lane


def running_transfers() -> QuerySet[Transfer]:
    """What a worker has in hand now, the largest first."""
    rows: QuerySet[Transfer] = Transfer.objects.filter(state=State.QUEUED, lease_until__gte=Now())
    return rows.select_related("upstream").order_by("-size", "pk")


def next_transfers() -> QuerySet[Transfer]:
    """What waits in the queue, in the order in which workers take it; paused ones and later tries are in it too."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    rows: QuerySet[Transfer] = Transfer.objects.filter(free, state=State.QUEUED)
    return rows.annotate(standing=standing_now()).select_related("upstream").order_by("-priority", "pk")


def ended_transfers(state: str) -> QuerySet[Transfer]:
    """Those that ended so (`State.DONE`, `State.FAILED`), the newest first."""
    rows: QuerySet[Transfer] = Transfer.objects.filter(state=state, finished_at__isnull=False)
    return rows.select_related("upstream").order_by("-finished_at")


def process_of(owner: str) -> str:
    """The process behind the name of a claim or of a worker: `host:pid`."""
    return ":".join(owner.split(":")[:2])


def _by_process() -> dict[str, tuple[int, int]]:
    """`host:pid` -> files in hand, and their bytes a second."""
    rows = running_transfers().order_by().values_list("lease_owner")
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for owner, files, speed in rows.annotate(files=Count("pk"), speed=Sum("bytes_per_second")):
        before = found[process_of(owner)]
        found[process_of(owner)] = before[0] + files, before[1] + (speed or 0)
    return found


def _at_work(by_process: dict[str, tuple[int, int]], running: Iterable[Transfer]) -> Iterator[AtWork]:
    some: dict[str, list[Transfer]] = defaultdict(list)
    for transfer in running:
        some[process_of(transfer.lease_owner)].append(transfer)
    for worker in alive().order_by("host", "pid"):
        process = process_of(worker.name)
        files, speed = by_process.get(process, (0, 0))
        yield AtWork(worker, files, speed, tuple(some[process][:3]))


def pauses_now() -> list[Pause]:
    """The pauses of the hub and of upstreams, that of the hub first."""
    return sorted(Pause.objects.select_related("upstream"), key=lambda row: (row.upstream is not None, str(row)))
