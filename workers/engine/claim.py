"""Taking transfers: one large one, or many small ones, by an UPDATE that repeats its condition and counts its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone

from hub.mirroring.leases import LeaseQuerySet
from hub.mirroring.models import Transfer
from hub.mirroring.steps import claim_name

SMALL_LIMIT = 8 * 1024 * 1024
"""Files up to this size are fetched whole, many at a time; larger ones in parts, one file at a time."""

CANDIDATES = 8


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


def due_transfers() -> LeaseQuerySet:
    """Those that any worker may take now."""
    return Transfer.objects.due().filter(state=Transfer.State.QUEUED)


def claim_large(transfer_id: int | None = None) -> Claim | None:
    """The oldest due transfer of more than SMALL_LIMIT bytes, or the named one, whatever its size; None if all are
    taken."""
    due = due_transfers()
    due = due.filter(size__gt=SMALL_LIMIT) if transfer_id is None else due.filter(pk=transfer_id)
    owner = claim_name()
    for pk in due.order_by("pk").values_list("pk", flat=True)[:CANDIDATES]:
        claim = _claim(owner, [pk])
        if claim.transfers:
            return claim
    return None


def claim_small(count: int) -> Claim | None:
    """Up to `count` due transfers of at most SMALL_LIMIT bytes, the oldest first; None if there are none."""
    due = due_transfers().filter(size__lte=SMALL_LIMIT).order_by("pk")
    chosen = list(due.values_list("pk", flat=True)[:count])
    claim = _claim(claim_name(), chosen) if chosen else None
    return claim if claim and claim.transfers else None


def _claim(owner: str, chosen: list[int]) -> Claim:
    rows = Transfer.objects.filter(pk__in=chosen)
    if not rows.filter(state=Transfer.State.QUEUED).claim(owner):
        return Claim(owner, [])
    rows.renew(owner, started_at=timezone.now())
    return Claim(owner, list(rows.held_by(owner).select_related("upstream").order_by("pk")))
