"""The requests that are being fetched, each with how far it is: what a page of transfers shows first."""

from dataclasses import dataclass

from hub.mirroring.kept import Kept, Told
from hub.mirroring.models import Request
from hub.mirroring.progress import Progress, progress_of

SECONDS = 3.0
MOST = 12


@dataclass(frozen=True)
class Arrival:
    request: Request
    progress: Progress


@dataclass(frozen=True)
class Arrivals:
    """At most MOST of `total` requests, in the order in which they are worked on."""

    shown: tuple[Arrival, ...]
    total: int


def arrivals() -> Told[Arrivals]:
    """Those of now, at most a few seconds old."""
    return _kept.get()


def _count() -> Arrivals:
    rows = Request.objects.filter(state__in=(Request.State.APPROVED, Request.State.FETCHING))
    first = rows.select_related("upstream", "revision").order_by("-priority", "pk")[:MOST]
    return Arrivals(tuple(Arrival(row, progress_of(row)) for row in first), rows.count())


_kept = Kept("arrivals", _count, SECONDS)
