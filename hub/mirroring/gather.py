"""Finds the bytes of a revision: what is held is linked, what is not becomes a transfer, one for each digest."""

from collections.abc import Collection, Iterator, Sequence

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Greatest

from hub.blobs.models import Blob
from hub.catalog.models import RepoFile, Revision
from hub.mirroring.models import Request, Transfer

BATCH = 2000
"""Digests for each statement: 100,000 files are planned in some 230 statements on Postgres."""


def gather(revision: Revision) -> int:
    """Links held blobs and queues a transfer for every other wanted digest; returns how many digests are missing.

    Call it in a transaction. Repeating it is harmless, and repairs whatever a killed process left half done.
    """
    link_held(revision.files.all())
    missing = _missing(revision)
    urgency = _urgency(revision)
    for batch in _batches(missing):
        _queue(revision, batch, *urgency)
    if missing:
        # A transfer may have landed between the first link and the queueing, which holds the transfers' row locks.
        link_held(revision.files.all())
        missing = _missing(revision)
    return len(missing)


def link_held(files: QuerySet[RepoFile]) -> None:
    """Fills in `blob` wherever a blob with the file's digest is held; the size is part of a git blob id's promise."""
    unheld = files.filter(blob=None)
    by_sha256 = Blob.objects.filter(sha256=OuterRef("sha256"), size=OuterRef("size"))
    by_git_oid = Blob.objects.filter(git_oid=OuterRef("oid"), size=OuterRef("size"))
    unheld.exclude(sha256="").update(blob=Subquery(by_sha256.values("pk")[:1]))
    unheld.filter(sha256="").update(blob=Subquery(by_git_oid.values("pk")[:1]))


def waiting_for(transfer: Transfer) -> QuerySet[RepoFile]:
    """The wanted files, of any revision, that this transfer's bytes will complete."""
    algorithm, _, value = transfer.digest.partition(":")
    named = {"sha256": value} if algorithm == "sha256" else {"sha256": "", "oid": value}
    return RepoFile.objects.filter(blob=None, wanted=True, size=transfer.size, **named)


def _missing(revision: Revision) -> list[RepoFile]:
    """One file for each digest that is wanted and not held."""
    unheld = revision.files.filter(wanted=True, blob=None).order_by("position")
    return list({str(file.digest): file for file in unheld}.values())


def _urgency(revision: Revision) -> tuple[int, bool]:
    """The highest priority of the requests that are being fetched with this revision, and whether all are paused."""
    waiting = Request.objects.filter(revision=revision, state=Request.State.FETCHING)
    rows = list(waiting.values_list("priority", "paused"))
    return max((priority for priority, _ in rows), default=0), bool(rows) and all(paused for _, paused in rows)


def _queue(revision: Revision, files: Sequence[RepoFile], priority: int, paused: bool) -> None:
    """A transfer that others wait for too keeps the higher priority, and runs unless all who wait are paused."""
    repo = revision.repo
    Transfer.objects.bulk_create(
        [
            Transfer(
                digest=str(file.digest),
                size=file.size,
                upstream=repo.upstream,
                kind=repo.kind,
                repo_id=str(repo.repo_id),
                commit=revision.commit,
                path=file.path,
                priority=priority,
                paused=paused,
            )
            # In one order, so that two plans that share digests cannot wait for each other.
            for file in sorted(files, key=lambda file: str(file.digest))
        ],
        ignore_conflicts=True,
    )
    sources = {str(file.digest): file.path for file in files}
    _lock(sources)
    for ended in Transfer.objects.filter(digest__in=sources).exclude(state=Transfer.State.QUEUED):
        _requeue(ended, revision, sources[ended.digest], priority, paused)
    # This touch takes the row locks of transfers that are under way, so that a settle waits for our commit.
    changes = {} if paused else {"paused": False}
    Transfer.objects.filter(digest__in=sources).update(priority=Greatest(F("priority"), Value(priority)), **changes)


def _lock(digests: Collection[str]) -> None:
    """In the order in which `settle` locks its transfers too."""
    list(Transfer.objects.filter(digest__in=digests).order_by("pk").select_for_update().values_list("pk", flat=True))


def _requeue(ended: Transfer, revision: Revision, path: str, priority: int, paused: bool) -> None:
    """Done means that the blob was pruned since; failed or cancelled, that somebody wants it again. All start afresh,
    from the revision that upstream has just shown."""
    Transfer.objects.filter(pk=ended.pk).exclude(state=Transfer.State.QUEUED).update(
        state=Transfer.State.QUEUED,
        upstream=revision.repo.upstream,
        kind=revision.repo.kind,
        repo_id=str(revision.repo.repo_id),
        commit=revision.commit,
        path=path,
        attempts=0,
        not_before=None,
        error="",
        error_code="",
        received=0,
        priority=priority,
        paused=paused,
        lease_owner="",
        lease_until=None,
    )


def _batches(files: Sequence[RepoFile]) -> Iterator[Sequence[RepoFile]]:
    for start in range(0, len(files), BATCH):
        yield files[start : start + BATCH]
