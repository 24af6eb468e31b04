"""How far a request is, in files and bytes."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from hub.mirroring.gather import waiting_for
from hub.mirroring.models import Request, Transfer


@dataclass(frozen=True)
class Progress:
    """Bytes and files of the wanted part; `seconds_left` is None while no speed is known.

    `trouble` is what stopped the last try of a file that will be tried again; "" where all goes well.
    """

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    bytes_per_second: int
    trouble: str = ""

    @property
    def seconds_left(self) -> float | None:
        if not self.bytes_per_second:
            return None
        return (self.bytes_total - self.bytes_done) / self.bytes_per_second

    @property
    def percent(self) -> int:
        """Never 100 before every file is there."""
        if self.files_done == self.files_total:
            return 100 if self.files_total else 0
        return min(99, self.bytes_done * 100 // max(self.bytes_total, 1))

    def __str__(self) -> str:
        text = f"{self.percent}% ({self.files_done} of {self.files_total} files)"
        return f"{text}; trying again after trouble with {self.trouble}" if self.trouble else text


def progress_of(request: Request) -> Progress:
    """Counts what is held of the request's revision, and what has arrived of the transfers that are under way."""
    if request.revision is None:
        facts = request.facts
        return Progress(0, int(facts.get("files", 0)), 0, int(facts.get("bytes", 0)), 0)
    held = Q(blob__isnull=False)
    counts = request.revision.files.filter(wanted=True).aggregate(
        files=Count("pk"), bytes=Sum("size"), held=Count("pk", filter=held), held_bytes=Sum("size", filter=held)
    )
    is_complete = counts["held"] == counts["files"]
    arriving = (0, 0) if is_complete else _arriving(request)
    return Progress(
        files_done=counts["held"],
        files_total=counts["files"],
        bytes_done=min((counts["held_bytes"] or 0) + arriving[0], counts["bytes"] or 0),
        bytes_total=counts["bytes"] or 0,
        bytes_per_second=arriving[1],
        trouble="" if is_complete else _trouble(request),
    )


def transfers_of(request: Request) -> list[Transfer]:
    """The transfers of this request's revision that are not done, by digest of its unheld files."""
    if request.revision is None:
        return []
    unheld = request.revision.files.filter(wanted=True, blob=None).only("sha256", "oid")
    digests = [str(file.digest) for file in unheld[:5000]]
    found: list[Transfer] = []
    for start in range(0, len(digests), 500):
        found += Transfer.objects.filter(digest__in=digests[start : start + 500])
    return found


def _arriving(request: Request) -> tuple[int, int]:
    """Bytes and speed of what is half here. Only large files are: small ones arrive whole, so few rows are read."""
    half = Transfer.objects.filter(state=Transfer.State.QUEUED, received__gt=0)
    running = [transfer for transfer in half if _is_for(transfer, request)]
    return sum(t.received for t in running), sum(t.bytes_per_second for t in running if t.lease_owner)


def _trouble(request: Request) -> str:
    """The last error of a file that is tried again, with its name. A sample is enough: one cause stops many files."""
    failed = Transfer.objects.filter(state=Transfer.State.QUEUED).exclude(error="").order_by("-pk")[:20]
    return next((f"{transfer.path}: {transfer.error}" for transfer in failed if _is_for(transfer, request)), "")


def _is_for(transfer: Transfer, request: Request) -> bool:
    return waiting_for(transfer).filter(revision=request.revision).exists()
