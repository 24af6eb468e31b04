"""The hub in a few numbers: what is held, what it saves, what is under way, and who pulls. Bytes, as of moments ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone

from hub.catalog.models import PullCount, Repo
from hub.mirroring import figures
from hub.mirroring.figures import Figure

DAYS = 30


@dataclass(frozen=True)
class Day:
    """Downloads of all repos on one day (UTC)."""

    day: date
    pulls: int
    files: int
    bytes: int


@dataclass(frozen=True)
class Totals:
    """`stored_bytes` is what the store holds, `named_bytes` the bytes of all files of all revisions counted each time;
    the difference needs no room. `room_left` is None where nothing bounds the store, or nobody could tell."""

    repos: Mapping[str, int]
    requests: Mapping[str, int]
    blobs: int
    stored_bytes: int
    named_bytes: int
    saved_bytes: int
    queued_bytes: int
    room_left: int | None
    workers: int
    pulls: int
    days: tuple[Day, ...]


def totals() -> Totals:
    """From the figures that Prometheus gets too: large tables are counted once in a few minutes."""
    told = {figure.name: figure for figure in figures.figures()}
    room = told.get(figures.QUOTA_LEFT.name)
    return Totals(
        repos=_by_label(told.get(figures.REPOS.name)),
        requests=_by_label(told.get(figures.REQUESTS.name)),
        blobs=_one(told.get(figures.BLOBS.name)),
        stored_bytes=_one(told.get(figures.STORED_BYTES.name)),
        named_bytes=_one(told.get(figures.NAMED_BYTES.name)),
        saved_bytes=_one(told.get(figures.SAVED_BYTES.name)),
        queued_bytes=_one(told.get(figures.QUEUED_BYTES.name)),
        room_left=_one(room) if room and room.values else None,
        workers=_one(told.get(figures.WORKERS.name)),
        pulls=Repo.objects.aggregate(pulls=Sum("pulls"))["pulls"] or 0,
        days=_days(),
    )


def _one(figure: Figure | None) -> int:
    return int(figure.values[0][1]) if figure and figure.values else 0


def _by_label(figure: Figure | None) -> dict[str, int]:
    return {labels[0]: int(value) for labels, value in figure.values} if figure else {}


def _days() -> tuple[Day, ...]:
    """The last DAYS days in order, also those without a pull."""
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    rows = PullCount.objects.filter(day__gte=first).values("day").order_by()
    sums = {row["day"]: row for row in rows.annotate(p=Sum("pulls"), f=Sum("files"), b=Sum("bytes"))}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    none = {"p": 0, "f": 0, "b": 0}
    return tuple(Day(day, *(sums.get(day, none)[name] for name in ("p", "f", "b"))) for day in days)
