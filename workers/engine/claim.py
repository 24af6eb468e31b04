"""Taking transfers: one large one, or many small ones, by an UPDATE that repeats its condition and counts its rows.

Which one: of FAIR_TURN claims that this process makes of a kind, all but the last take the highest priority, and of
that the oldest; the last takes the oldest of all. So urgent work goes first, and under a stream of it that never ends
everything else still gets one claim in FAIR_TURN, in the order of its age.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from django.db.models import F
from django.utils import timezone

from hub import metrics
from hub.mirroring.lanes import SMALL_LIMIT
from hub.mirroring.models import Transfer
from hub.mirroring.pauses import URGENT, WorkQuerySet
from hub.mirroring.removals import untouched
from hub.mirroring.steps import claim_name

CANDIDATES = 8
FAIR_TURN = 4


class Turns:
    """Counts the claims of this process, by kind, and says in which order the next one chooses."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def order(self, kind: str) -> tuple[str, ...]:
        with self._lock:
            return ("pk",) if self._counts[kind] % FAIR_TURN == FAIR_TURN - 1 else ("-priority", "pk")

    def taken(self, kind: str) -> None:
        """Only a claim that won something is a turn."""
        with self._lock:
            self._counts[kind] += 1


turns = Turns()


@dataclass
class Claim:
    """Transfers that belong to `owner` until their lease runs out. `open_ids` are those that have not ended yet."""

    owner: str
    transfers: list[Transfer]
    open_ids: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.open_ids = {transfer.pk for transfer in self.transfers}

    def close(self, transfer_ids: Iterable[int]) -> None:
        """These have been settled or have failed."""
        self.open_ids.difference_update(transfer_ids)

    def give_back(self) -> int:
        """Frees what has not ended, at once, as if it had never been tried. How many rows that were."""
        open_rows = Transfer.objects.filter(pk__in=self.open_ids)
        return open_rows.release(self.owner, attempts=F("attempts") - 1, bytes_per_second=0)


def due_transfers() -> WorkQuerySet:
    """Those that any worker may take now."""
    return Transfer.objects.workable().filter(untouched(), state=Transfer.State.QUEUED)


def claim_large(transfer_id: int | None = None, urgent: bool = False) -> Claim | None:
    """One due transfer of more than SMALL_LIMIT bytes, or the named one, whatever its size; None if all are taken.
    `urgent` takes none but urgent ones."""
    due = due_transfers()
    due = due.filter(size__gt=SMALL_LIMIT) if transfer_id is None else due.filter(pk=transfer_id)
    for pk in _chosen(due, "large", urgent, CANDIDATES):
        claim = _claim([pk], "large", urgent)
        if claim:
            return claim
    return None


def claim_small(count: int, urgent: bool = False) -> Claim | None:
    """Up to `count` due transfers of at most SMALL_LIMIT bytes; None if there are none."""
    chosen = _chosen(due_transfers().filter(size__lte=SMALL_LIMIT), "small", urgent, count)
    return _claim(chosen, "small", urgent) if chosen else None


def _chosen(due: WorkQuerySet, kind: str, urgent: bool, count: int) -> list[int]:
    if urgent:
        return list(due.filter(priority__gte=URGENT).order_by("pk").values_list("pk", flat=True)[:count])
    return list(due.order_by(*turns.order(kind)).values_list("pk", flat=True)[:count])


def _claim(chosen: list[int], kind: str, urgent: bool) -> Claim | None:
    owner = claim_name()
    expired = due_transfers().filter(pk__in=chosen).exclude(lease_owner="").count()
    if not due_transfers().filter(pk__in=chosen).claim(owner):
        return None
    metrics.LEASES_EXPIRED.inc(expired)
    if not urgent:
        turns.taken(kind)
    rows = Transfer.objects.filter(pk__in=chosen)
    rows.renew(owner, started_at=timezone.now())
    claim = Claim(owner, list(rows.held_by(owner).select_related("upstream").order_by("-priority", "pk")))
    return claim if claim.transfers else None
