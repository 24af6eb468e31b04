"""Another hub has the same bytes: a transfer that fails at its source, or crawls, goes on from there.

Its other sources are the files with its sha256 and size in revisions, planned or published, of repos of other
upstreams. Nothing is guessed: upstream has listed that digest. What is durable stays, for the store knows an upload by
its digest.

In one round every upstream is asked once; `Transfer.tried` holds those that were, as [upstream id, seconds that it
wants to be left alone for, or None where it will never give the file]. When none is left the round is over: the
transfer waits as any other, goes on where it may go on first, and fails for good only where no upstream leaves hope.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hub import metrics
from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.catalog.models import RepoFile, Revision
from hub.errors import HubError, Missing, UpstreamError, UpstreamRateLimited
from hub.mirroring.models import Transfer
from hub.mirroring.pauses import unpaused
from hub.names import RepoId
from hub.upstreams.limits import limits_of

LONG_WAIT = 30.0
"""Seconds. What an upstream asks for up to here is waited for; another one is asked instead of waiting longer."""
LATELY = timedelta(hours=1)
SLOW_ROUNDS = 3
"""A transfer that has failed so often is not taken from a slow source any more: slow bytes are better than none."""
BATCH = 500
TOLD = 10
"""So many paths are named in an event."""


@dataclass(frozen=True)
class Source:
    """Where else the bytes of a transfer are."""

    upstream_id: int
    slug: str
    kind: str
    repo_id: str
    commit: str
    path: str

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "upstream_id": self.upstream_id,
            "kind": self.kind,
            "repo_id": self.repo_id,
            "commit": self.commit,
            "path": self.path,
        }

    def __str__(self) -> str:
        return f"{self.slug}:{self.repo_id}"


@dataclass(frozen=True)
class Rest:
    """How a transfer waits after its round: `columns` may name another source; `seconds` None = there is no hope."""

    columns: dict[str, Any]
    seconds: float | None


def detour(transfer_ids: Iterable[int], owner: str, error: HubError) -> set[int]:
    """Moves those of the owner's transfers that another upstream can give too, and returns them. They are due at once
    with the lease given back, and it counts as no attempt."""
    if not _is_of_the_source(error):
        return set()
    moved: dict[tuple[str, Source], list[Transfer]] = defaultdict(list)
    with transaction.atomic():
        rows = Transfer.objects.held_by(owner).filter(pk__in=list(transfer_ids), digest__startswith="sha256:")
        transfers = list(rows.select_related("upstream").order_by("pk"))
        sources = sources_of(transfers)
        for transfer in transfers:
            untried = [one for one in sources[transfer.pk] if not _is_tried(transfer, one.upstream_id)]
            if untried and _move(transfer, owner, untried[0], error):
                moved[_from(transfer), untried[0]].append(transfer)
        _tell(moved, error)
    return {transfer.pk for group in moved.values() for transfer in group}


def sources_of(transfers: Collection[Transfer]) -> dict[int, list[Source]]:
    """Transfer -> its sources at other upstreams that may be asked now; open ones first, then by their position."""
    wanted = {transfer.digest.removeprefix("sha256:"): transfer for transfer in transfers}
    found: dict[int, list[Source]] = {transfer.pk: [] for transfer in transfers}
    digests = list(wanted)
    for start in range(0, len(digests), BATCH):
        for sha256, size, source in _rows(digests[start : start + BATCH]):
            transfer = wanted[sha256]
            if size == transfer.size and source.upstream_id != transfer.upstream_id:
                found[transfer.pk].append(source)
    stopped = {one.upstream_id for sources in found.values() for one in sources}
    stopped = {upstream_id for upstream_id in stopped if limits_of(upstream_id).rate() == 0}
    return {pk: [one for one in sources if one.upstream_id not in stopped] for pk, sources in found.items()}


def _rows(digests: list[str]) -> Iterator[tuple[str, int, Source]]:
    """Nobody holds these digests, so no row has a blob: there is an index of such rows by sha256."""
    at = "revision__repo__upstream"
    rows = RepoFile.objects.filter(
        unpaused(at),
        blob=None,
        sha256__in=digests,
        revision__retired_at=None,
        revision__repo__missing_upstream_since=None,
        revision__repo__upstream__enabled=True,
    ).order_by("revision__repo__gated", f"{at}__position", f"{at}_id", "-revision_id")
    repo = ("revision__repo__kind", "revision__repo__namespace", "revision__repo__name", "revision__commit")
    for sha256, size, pk, slug, kind, namespace, name, commit, path in rows.values_list(
        "sha256", "size", f"{at}_id", f"{at}__slug", *repo, "path"
    ):
        yield sha256, size, Source(pk, slug, kind, str(RepoId(namespace, name)), commit, path)


def rest_of(transfer: Transfer, error: HubError) -> Rest:
    """What becomes of a transfer that no other upstream could take: its round is over."""
    if not isinstance(error, UpstreamError | Missing):
        return Rest({}, _wait(error))
    others = [entry for entry in transfer.tried if entry[0] != transfer.upstream_id]
    asked = [[transfer.upstream_id, _wait(error)], *others]
    never = [entry for entry in asked if entry[1] is None]
    hopeful = sorted((entry for entry in asked if entry[1] is not None), key=lambda entry: entry[1])
    if not hopeful:
        return Rest({"tried": never}, None)
    upstream_id, seconds = hopeful[0]
    columns: dict[str, Any] = {"tried": never}
    if upstream_id != transfer.upstream_id:
        back = [one for one in sources_of([transfer])[transfer.pk] if one.upstream_id == upstream_id]
        if not back:
            return Rest(columns, _wait(error))
        columns |= back[0].columns
    return Rest(columns, seconds)


def offer(revision: Revision) -> None:
    """A plan has just listed digests that are stuck at another upstream: they are fetched from this one, at once."""
    repo = revision.repo
    queued = Transfer.objects.filter(state=Transfer.State.QUEUED, lease_owner="", not_before__isnull=False)
    stuck = queued.filter(error_code__in=_codes(UpstreamError) | _codes(Missing)).exclude(upstream=repo.upstream)
    if not stuck.exists():
        return
    unheld = revision.files.filter(wanted=True, blob=None).exclude(sha256="").values_list("sha256", "path")
    paths = {f"sha256:{sha256}": path for sha256, path in unheld}
    moved: dict[tuple[str, Source], list[Transfer]] = defaultdict(list)
    for start in range(0, len(paths), BATCH):
        chosen = stuck.filter(digest__in=list(paths)[start : start + BATCH]).select_related("upstream").order_by("pk")
        for transfer in chosen:
            source = _source_in(revision, paths[transfer.digest])
            tried = [*transfer.tried, [transfer.upstream_id, 0]]
            changes = {**source.columns, "tried": tried, "not_before": None, "error": "", "error_code": ""}
            if queued.filter(pk=transfer.pk).update(**changes):
                moved[_from(transfer), source].append(transfer)
    _tell(moved, None)


def _source_in(revision: Revision, path: str) -> Source:
    repo = revision.repo
    return Source(repo.upstream_id, repo.upstream.slug, repo.kind, str(repo.repo_id), revision.commit, path)


def is_outrun(transfer: Transfer, speed: float) -> str:
    """The upstream that has the same bytes and was HUB_SLOW_SOURCE_FACTOR times as fast lately; "" where none was."""
    if not transfer.digest.startswith("sha256:") or transfer.attempts > SLOW_ROUNDS:
        return ""
    enough = speed * settings.SLOW_SOURCE_FACTOR
    untried = (one for one in sources_of([transfer])[transfer.pk] if not _is_tried(transfer, one.upstream_id))
    return next((one.slug for one in untried if _speed_lately(one.upstream_id) > enough), "")


def _speed_lately(upstream_id: int) -> int:
    """The best speed of a large file from there: of those under way, and of the last that ended."""
    moving = Transfer.objects.filter(upstream_id=upstream_id, bytes_per_second__gt=0).order_by()
    running = moving.filter(state=Transfer.State.QUEUED).exclude(lease_owner="")
    ended = moving.filter(state=Transfer.State.DONE, finished_at__gt=timezone.now() - LATELY).order_by("-finished_at")
    speeds = [rows.values_list("bytes_per_second", flat=True)[:20] for rows in (running, ended)]
    return max((speed for some in speeds for speed in some), default=0)


def _is_of_the_source(error: HubError) -> bool:
    """Whether another source may do better. Wrong bytes and troubles of our own store are none of its business."""
    if isinstance(error, UpstreamRateLimited) and error.retry_after is not None:
        return error.retry_after > LONG_WAIT
    return isinstance(error, UpstreamError | Missing)


def _wait(error: HubError) -> float | None:
    return None if error.permanent else error.retry_after or 0.0


def _is_tried(transfer: Transfer, upstream_id: int) -> bool:
    return any(entry[0] == upstream_id for entry in transfer.tried)


def _move(transfer: Transfer, owner: str, source: Source, error: HubError) -> int:
    """Fenced by the owner's lease: 0 where it was lost."""
    queued = Transfer.objects.filter(pk=transfer.pk, state=Transfer.State.QUEUED)
    return queued.release(
        owner,
        **source.columns,
        tried=[*transfer.tried, [transfer.upstream_id, _wait(error)]],
        attempts=F("attempts") - 1,
        not_before=None,
        error="",
        error_code="",
        bytes_per_second=0,
    )


def _from(transfer: Transfer) -> str:
    return f"{transfer.upstream.slug}:{transfer.repo_id}"


def _tell(moved: dict[tuple[str, Source], list[Transfer]], error: HubError | None) -> None:
    """One event for all files that went the same way."""
    by_way: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
    for (origin, source), transfers in moved.items():
        by_way[origin, str(source)] += transfers
    for (origin, target), transfers in by_way.items():
        why = error.words if error else transfers[0].error
        paths = [transfer.path for transfer in transfers[:TOLD]]
        more = f" and {len(transfers) - 1} more" if len(transfers) > 1 else ""
        detail = {"from": origin, "to": target, "why": why, "files": len(transfers), "paths": paths}
        record(SYSTEM, "transfer.detoured", f"{transfers[0]}{more}", **detail)
        metrics.TRANSFERS_ENDED.labels("detoured").inc(len(transfers))


def _codes(family: type[HubError]) -> set[str]:
    return {family.code, *(code for child in family.__subclasses__() for code in _codes(child))}
