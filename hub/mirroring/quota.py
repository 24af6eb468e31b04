"""Room for what is wanted: looked at before a plan queues anything, so that a hub never fills its disk half-way.

The last word is inside the transaction that writes the plan. Where something bounds the room, these come one after the
other: what one has promised, the next one sees.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import F, Sum

from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.digests import Digest
from hub.errors import StoreFull
from hub.mirroring.models import Request, Transfer
from hub.mirroring.removals import open_transfers
from hub.sizes import human_bytes
from hub.upstreams.protocol import TreeFile

BATCH = 2000
WAIT_SECONDS = 60
"""A request without room is tried again so often; it costs no word with the upstream."""
ROOM_LOCK = 0x726F6F6D
"""The number by which plans of one database know the lock of its room; no other lock has one."""


class NoRoom(StoreFull):
    """`needed` bytes are more than there is room for."""

    def __init__(self, sentence: str, next_step: str, needed: int) -> None:
        super().__init__(sentence, next_step, retry_after=WAIT_SECONDS)
        self.needed = needed


@dataclass(frozen=True)
class Room:
    """All in bytes. `promised` are the sizes of all files on their way in, `arriving` what is still to come of them.

    `free` is None where the store has no bound; `quota` and `low_space` are 0 where none is set.
    """

    stored: int
    promised: int
    arriving: int
    free: int | None
    quota: int
    low_space: int

    @property
    def left(self) -> int | None:
        """What may still be planned, less than 0 where it is too much already; None where nothing bounds it."""
        bounds = []
        if self.quota:
            bounds.append(self.quota - self.stored - self.promised)
        if self.free is not None and self.low_space:
            bounds.append(self.free - self.low_space - self.arriving)
        return min(bounds) if bounds else None

    @property
    def words(self) -> str:
        """The numbers behind `left`, for people."""
        parts = []
        if self.quota:
            parts.append(f"{human_bytes(self.stored)} of the quota of {human_bytes(self.quota)} are stored")
        if self.free is not None and self.low_space:
            parts.append(f"{human_bytes(self.free)} are free, of which {human_bytes(self.low_space)} must stay so")
        if self.promised:
            parts.append(f"{human_bytes(self.arriving)} are still to come of files on their way in")
        return "; ".join(parts)


def room_now() -> Room:
    coming = Transfer.objects.filter(open_transfers()).aggregate(
        promised=Sum("size"), arriving=Sum(F("size") - F("received"))
    )
    return Room(
        stored=Blob.objects.aggregate(bytes=Sum("size"))["bytes"] or 0,
        promised=coming["promised"] or 0,
        arriving=max(0, coming["arriving"] or 0),
        free=store().free_bytes(),
        quota=settings.QUOTA,
        low_space=settings.LOW_SPACE,
    )


def insist_on_room(what: str, files: Iterable[TreeFile]) -> None:
    """Raises NoRoom where the files that are neither held nor on their way need more than there is room for."""
    room = room_now()
    if room.left is None:
        return
    sizes = {str(file.digest): file.size for file in files}
    if sum(sizes.values()) <= room.left:
        return
    if needed := bytes_to_fetch(sizes):
        _insist(what, needed, room)


def take_room(what: str, files: Iterable[TreeFile]) -> None:
    """The same, and until the end of this transaction nobody else takes room. Call it before the transaction locks
    anything, and ask the network for nothing in it. Raises NoRoom."""
    if not settings.QUOTA and not settings.LOW_SPACE:
        return
    if connection.vendor == "postgresql":
        # SQLite needs none: there is one transaction at a time that writes.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROOM_LOCK])
    insist_on_room(what, files)


def insist_again(request: Request) -> None:
    """The same for a request that has waited for room, by what it needed the last time. Raises NoRoom."""
    if request.error_code == StoreFull.code and (needed := request.facts.get("bytes_to_fetch", 0)):
        _insist(f"{request.kind} {request.repo_id}", needed, room_now())


@dataclass(frozen=True)
class Shares:
    """Of the bytes of some digests: those that are held, those on their way in, and those that have to be fetched."""

    held: int
    coming: int
    to_fetch: int


def shares(sizes: dict[str, int]) -> Shares:
    """Of digests with their sizes, each counted once."""
    digests, held, coming = list(sizes), 0, 0
    for start in range(0, len(digests), BATCH):
        here, on_the_way = _known(digests[start : start + BATCH])
        held += sum(sizes[digest] for digest in here)
        coming += sum(sizes[digest] for digest in on_the_way - here)
    return Shares(held, coming, sum(sizes.values()) - held - coming)


def bytes_to_fetch(sizes: dict[str, int]) -> int:
    """Of digests with their sizes: the bytes of those that are neither held nor on their way in."""
    return shares(sizes).to_fetch


def _known(digests: Sequence[str]) -> tuple[set[str], set[str]]:
    """The digests that are held, and those that are on their way in."""
    parsed = [Digest.parse(digest) for digest in digests]
    sha256 = [digest.hex for digest in parsed if str(digest).startswith("sha256:")]
    git = [digest.hex for digest in parsed if str(digest).startswith("git:")]
    held = {f"sha256:{one}" for one in Blob.objects.filter(sha256__in=sha256).values_list("sha256", flat=True)}
    held |= {f"git:{one}" for one in Blob.objects.filter(git_oid__in=git).values_list("git_oid", flat=True)}
    coming = Transfer.objects.filter(open_transfers(), digest__in=digests)
    return held, set(coming.values_list("digest", flat=True))


def _insist(what: str, needed: int, room: Room) -> None:
    if room.left is None or needed <= room.left:
        return
    raise NoRoom(
        f"there is no room for {what}: {human_bytes(needed)} more are needed, room is left for"
        f" {human_bytes(max(0, room.left))} ({room.words})",
        "make room (manage.py evict, manage.py pruneblobs), or raise HUB_QUOTA or the disk; it goes on by itself",
        needed,
    )
