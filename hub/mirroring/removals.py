"""Keeps the deletion of an object apart from a transfer that brings the same digest in.

A store cannot delete on a condition, so the rows decide. Whoever deletes
  1. writes a Removal, and commits it;
  2. asks whether a transfer of that digest is under way, and leaves the object alone if so;
  3. deletes the object, then the Removal.
Whoever brings bytes in claims a transfer that is queued, and claims none whose digest has a Removal. So a transfer was
queued before step 2, which then sees it, or it is claimed after the Removal, and waits until the object is gone: in no
order of events does a worker find, keep, or write bytes that somebody else then deletes.

A file that upstream keeps in git is known by another digest until it has arrived: there its size stands for it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from hub.blobs.models import Removal
from hub.mirroring.leases import from_now
from hub.mirroring.models import Transfer

LASTS = timedelta(minutes=10)
"""A process that dies here blocks the transfers of its digests for so long."""
MOST_SECONDS = 120.0
"""Nobody begins to delete an object later than this after step 1: the rest of LASTS is for slow stores and clocks."""


@dataclass(frozen=True)
class Doomed:
    """An object that is to go, by its sha256 and size."""

    sha256: str
    size: int

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256}"


@contextmanager
def removing(objects: Iterable[Doomed]) -> Iterator[list[Doomed]]:
    """Those of the objects that may be deleted inside the `with`: no transfer of them is under way, and none begins."""
    owner, wished = uuid4().hex, list(objects)
    Removal.objects.bulk_create(
        [Removal(digest=one.digest, size=one.size, owner=owner, until=from_now(LASTS)) for one in wished],
        ignore_conflicts=True,
    )
    try:
        mine = set(Removal.objects.filter(owner=owner).values_list("digest", flat=True))
        awaited, sizes = _under_way(wished)
        yield [one for one in wished if one.digest in mine and one.digest not in awaited and one.size not in sizes]
    finally:
        Removal.objects.filter(owner=owner).delete()


def untouched() -> Q:
    """The transfers whose bytes nobody is deleting: the only ones that may be claimed."""
    removals = Removal.objects.filter(until__gt=Now())
    same_digest = Exists(removals.filter(digest=OuterRef("digest")))
    same_size = Exists(removals.filter(size=OuterRef("size")))
    return ~Q(same_digest) & ~Q(Q(digest__startswith="git:"), same_size)


def forget_dead_removals() -> None:
    """Rows of processes that died: their objects are found again by whoever looks for what is to go."""
    Removal.objects.filter(until__lt=Now()).delete()


def open_transfers() -> Q:
    """Transfers that a worker has, or may take: no other can end in a row."""
    return Q(state=Transfer.State.QUEUED)


def _under_way(objects: list[Doomed]) -> tuple[set[str], set[int]]:
    """Digests, and sizes of files in git, that are on their way in."""
    rows = Transfer.objects.filter(open_transfers())
    digests = set(rows.filter(digest__in=[one.digest for one in objects]).values_list("digest", flat=True))
    in_git = rows.filter(digest__startswith="git:", size__in={one.size for one in objects})
    return digests, set(in_git.values_list("size", flat=True))
