"""How what is held is looked after: what was read again, what is damaged, what was thrown away, what may go next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub.accounts.models import Event
from hub.blobs.models import Blob, Damage
from hub.blobs.scrub import AT_ONCE
from hub.catalog.models import Revision
from hub.mirroring.eviction import bytes_only_in, evictable
from hub.mirroring.follow import Follow
from hub.mirroring.kept import Kept, Told, patient_statements
from hub.mirroring.pruning import PRUNED

SECONDS = 60.0
MOST = 10


@dataclass(frozen=True)
class Quiet:
    """A published revision that was not pulled for long. `frees` are the bytes that nothing else needs; `stays` says
    why it is not evicted: "pinned", "followed" or "lately", and is "" where it may go."""

    revision: Revision
    used_at: datetime
    bytes: int
    frees: int
    stays: str


@dataclass(frozen=True)
class Upkeep:
    """`read_at` is when a blob was last read again, `unread_since` the time of the one that was not for longest;
    `never` were not read since they came, `overdue` are due by HUB_SCRUB_DAYS. `pruned` is the last event of a prune
    that removed something. `damages` are at most MOST of those that are open, `damaged` counts all."""

    read_at: datetime | None
    unread_since: datetime | None
    never: int
    overdue: int
    pruned: Event | None
    damaged: int
    damages: tuple[Damage, ...]
    repaired: int
    quiet: tuple[Quiet, ...]


def upkeep() -> Told[Upkeep]:
    return _kept.get()


def glance_at_upkeep(seconds: float) -> Told[Upkeep] | None:
    """The same; None where it is being counted for the first time, and that takes longer than `seconds`."""
    return _kept.look(seconds)


def _count() -> Upkeep:
    due = timezone.now() - timedelta(days=settings.SCRUB_DAYS)
    with patient_statements():
        read = Blob.objects.aggregate(
            last=Max("checked_at"),
            first=Min("checked_at", filter=Q(checked_at__gt=AT_ONCE)),
            never=Count("pk", filter=Q(checked_at=None)),
            overdue=Count("pk", filter=Q(checked_at__lt=due) | Q(checked_at=None, created_at__lt=due)),
        )
        damages = Damage.objects.filter(repaired_at=None)
        return Upkeep(
            read_at=read["last"] if read["last"] and read["last"] > AT_ONCE else None,
            unread_since=read["first"],
            never=read["never"],
            overdue=read["overdue"],
            pruned=Event.objects.filter(verb=PRUNED).order_by("-id").first(),
            damaged=damages.count(),
            damages=tuple(damages[:MOST]),
            repaired=Damage.objects.exclude(repaired_at=None).count(),
            quiet=_quiet(),
        )


_kept = Kept("upkeep", _count, SECONDS)


def _quiet() -> tuple[Quiet, ...]:
    followed = Follow.objects.filter(active=True, request__revision=OuterRef("pk"))
    rows = list(
        Revision.objects.filter(published_at__isnull=False)
        .annotate(used_at=Coalesce("pulled_at", "published_at"), is_followed=Exists(followed))
        .select_related("repo__upstream")
        .order_by("used_at", "pk")[:MOST]
    )
    may_go = set(evictable().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return tuple(
        Quiet(row, row.used_at, _bytes_of(row), bytes_only_in(row.pk), "" if row.pk in may_go else _stays(row))
        for row in rows
    )


def _bytes_of(row: Revision) -> int:
    return row.files.filter(blob__isnull=False).aggregate(bytes=Sum("size"))["bytes"] or 0


def _stays(row: Revision) -> str:
    if row.pinned or row.repo.pinned:
        return "pinned"
    return "followed" if row.is_followed else "lately"  # type: ignore[attr-defined]
