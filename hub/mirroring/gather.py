"""Finds the bytes of a revision: what is held is linked, what is not becomes a transfer, one for each digest."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Greatest

from hub.blobs.models import Blob
from hub.catalog.models import RepoFile, Revision
from hub.mirroring.models import Request, Transfer

Row = TypeVar("Row")

BATCH = 2000
"""Digests for each statement: 100,000 files are planned in some 230 statements on Postgres."""


def gather(revision: Revision) -> int:
    """Links held blobs and queues a transfer for every other wanted digest; returns how many digests are missing.

    Call it in a transaction. Repeating it is harmless, and repairs whatever a killed process left half done.

    It waits for rows in one order, whatever the revision: for other plans that make the same transfers, by digest; for
    transfers, by pk; for files. What lands waits for our transfers until we have committed, and then sees our files.
    """
    if missing := _missing(revision):
        _queue(revision, missing, *_urgency(revision))
    link_held(revision.files.all())
    return revision.files.filter(wanted=True, blob=None).values("sha256", "oid").distinct().count()


def link_held(files: QuerySet[RepoFile], wait: bool = True) -> None:
    """Fills in `blob` wherever a blob with the file's digest is held; the size is part of a git blob id's promise.

    Unless told to `wait`, it leaves out what somebody else has locked, who will link it.
    """
    for digested, blobs in _pairs():
        unheld = files.filter(digested, Exists(blobs), blob=None)
        chosen = unheld.order_by("pk").select_for_update(of=("self",), skip_locked=not wait).values("pk")
        RepoFile.objects.filter(pk__in=chosen).update(blob=Subquery(blobs.values("pk")[:1]))


def _pairs() -> list[tuple[Q, QuerySet[Blob]]]:
    """Files that are known by the one digest or the other, and the blobs with that digest."""
    return [
        (~Q(sha256=""), Blob.objects.filter(sha256=OuterRef("sha256"), size=OuterRef("size"))),
        (Q(sha256=""), Blob.objects.filter(git_oid=OuterRef("oid"), size=OuterRef("size"))),
    ]


def waiting_for(transfer: Transfer) -> QuerySet[RepoFile]:
    """The wanted files, of any revision, that this transfer's bytes will complete."""
    algorithm, _, value = transfer.digest.partition(":")
    named = {"sha256": value} if algorithm == "sha256" else {"sha256": "", "oid": value}
    return RepoFile.objects.filter(blob=None, wanted=True, size=transfer.size, **named)


def _missing(revision: Revision) -> list[RepoFile]:
    """One file for each digest that is wanted and not held, by digest."""
    unheld = revision.files.filter(wanted=True, blob=None).order_by("-position")
    for digested, blobs in _pairs():
        unheld = unheld.exclude(digested, Exists(blobs))
    files = {str(file.digest): file for file in unheld}
    return [files[digest] for digest in sorted(files)]


def _urgency(revision: Revision) -> tuple[int, bool]:
    """The highest priority of the requests that are being fetched with this revision, and whether all are paused."""
    waiting = Request.objects.filter(revision=revision, state=Request.State.FETCHING)
    rows = list(waiting.values_list("priority", "paused"))
    return max((priority for priority, _ in rows), default=0), bool(rows) and all(paused for _, paused in rows)


def _queue(revision: Revision, files: Sequence[RepoFile], priority: int, paused: bool) -> None:
    """A transfer that others wait for too keeps the higher priority, and runs unless all who wait are paused.

    All are made before any is locked: a plan that waits for another one's new rows must hold none of the old ones.
    """
    for batch in _batches(files):
        Transfer.objects.bulk_create(
            [_transfer(revision, file, priority, paused) for file in batch], ignore_conflicts=True
        )
    paths = {str(file.digest): file.path for file in files}
    for pks in _batches(pks_of(paths)):
        rows = Transfer.objects.filter(pk__in=pks)
        # These locks make a settle wait for our commit.
        locked = rows.order_by("pk").select_for_update().values_list("pk", "digest", "state")
        for pk, digest, state in list(locked):
            if state != Transfer.State.QUEUED:
                _requeue(pk, revision, paths[digest], priority, paused)
        rows.update(priority=Greatest(F("priority"), Value(priority)), **({} if paused else {"paused": False}))


def _transfer(revision: Revision, file: RepoFile, priority: int, paused: bool) -> Transfer:
    repo = revision.repo
    return Transfer(
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


def pks_of(digests: Iterable[str]) -> list[int]:
    """The transfers of these digests, in the order in which everybody locks them."""
    found: list[int] = []
    for batch in _batches(list(digests)):
        found += Transfer.objects.filter(digest__in=batch).values_list("pk", flat=True)
    return sorted(found)


def _requeue(pk: int, revision: Revision, path: str, priority: int, paused: bool) -> None:
    """Done means that the blob was pruned since; failed or cancelled, that somebody wants it again. All start afresh,
    from the revision that upstream has just shown."""
    Transfer.objects.filter(pk=pk).exclude(state=Transfer.State.QUEUED).update(
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
        tried=[],
        priority=priority,
        paused=paused,
        lease_owner="",
        lease_until=None,
    )


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
