"""Following a ref: upstream is asked about it from time to time, and what is new there becomes a request again.

A look costs one question (an `info`), at a time that is spread so that a thousand repos do not ask at once. It writes
nothing but its own row where the commit is the same. Where it is not, the request goes through look, policy, plan and
publish like the first time; readers get the old revision until the new one is complete.

A request that is being looked up, planned or fetched is left to end. One that waits for an admin is not replaced under
the admin's hands: what was put before them is what they decide about, and the next look finds what came after it.
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from hub.accounts.callers import SYSTEM, Caller
from hub.accounts.events import record
from hub.catalog.models import Repo
from hub.catalog.renaming import rename_repo
from hub.errors import BadInput, HubError, LeaseLost, RepoMissing, RevisionMissing, UpstreamRateLimited
from hub.index.held import note_held
from hub.mirroring import absence
from hub.mirroring.diff import held_repo, held_revision
from hub.mirroring.follow import Follow
from hub.mirroring.leases import LeaseQuerySet, from_now
from hub.mirroring.models import Request
from hub.mirroring.pauses import Pause
from hub.mirroring.retention import note_stand, retire_old
from hub.mirroring.settle import pause_after
from hub.mirroring.steps import claim_name
from hub.names import RepoId, RepoKind
from hub.nudge import nudge
from hub.upstreams.budget import bulk
from hub.upstreams.protocol import RepoInfo
from hub.upstreams.registry import client_for

_chance = random.SystemRandom()

LEAST_SECONDS = 60
SPREAD = 0.1
"""A look comes up to a tenth of the interval sooner or later, so that looks which began together drift apart."""

ROUND_SECONDS = 40.0
"""A round ends before the next one is due, and leaves the rest to it."""

BUSY = (Request.State.NEW, Request.State.APPROVED, Request.State.FETCHING)
FAILED_AGAIN = timedelta(days=1)
"""How long an update that failed for good is left alone, unless upstream moves on."""


def follow(
    request: Request,
    caller: Caller,
    every: int | None = None,
    auto: str | None = None,
    keep: int | None = None,
    active: bool = True,
) -> Follow:
    """Begins to follow the request's ref, or changes how; None leaves a setting of the follow as it is. `every` is in
    seconds. A request for a commit can be followed too: then only its disappearance is watched for.

    Raises BadInput for an interval under a minute or a choice that does not exist.
    """
    if every is not None and every < LEAST_SECONDS:
        raise BadInput(f"an interval of {every} s is too short", "ask at most once a minute, e.g. --every 6h")
    if auto is not None and auto not in Follow.Auto.values:
        raise BadInput(f"{auto!r} is no way to let updates in", f"write one of: {', '.join(Follow.Auto.values)}")
    chosen: dict[str, Any] = {"every": every, "auto": auto, "keep": keep}
    changes = {name: value for name, value in chosen.items() if value is not None} | {"active": active}
    with transaction.atomic():
        interval = changes.get("every", settings.FOLLOW_MINUTES * 60)
        row, created = Follow.objects.get_or_create(
            request=request, defaults={"every": interval, "not_before": timezone.now() + _first_pause(interval)}
        )
        Follow.objects.filter(pk=row.pk).update(**changes)
        if every is not None and not created:
            Follow.objects.filter(pk=row.pk).update(not_before=from_now(_first_pause(every)))
        record(caller, f"follow.{'started' if created else 'changed'}", str(request), request=request.pk, **changes)
    row.refresh_from_db()
    return row


def unfollow(request: Request, caller: Caller) -> None:
    """Ends following; what is held stays held. Raises BadInput where it was not followed."""
    with transaction.atomic():
        ended, _ = Follow.objects.filter(request=request).delete()
        if not ended:
            raise BadInput(f"{request} is not followed", "list what is with: manage.py follows")
        record(caller, "follow.ended", str(request), request=request.pk)


def look_now(row: Follow, caller: Caller) -> None:
    """Makes the next look due at once."""
    with transaction.atomic():
        Follow.objects.filter(pk=row.pk).update(not_before=None, asked_at=None)
        record(caller, "follow.hurried", str(row), request=row.request_id)
        nudge("workers.refresh")


def due_follows() -> LeaseQuerySet:
    """Those whose time has come, and whose request is neither being worked on anyway nor paused."""
    over_it = Pause.objects.filter(Q(upstream=None) | Q(upstream=OuterRef("request__upstream")))
    rows = Follow.objects.due().filter(~Exists(over_it), active=True, request__upstream__enabled=True)
    return rows.filter(request__paused=False).exclude(request__state__in=BUSY)


def refresh_due(most: int = 200, stopped: Callable[[], bool] = lambda: False) -> int:
    """Looks at up to `most` due follows, the longest due first; how many that were. Any number of workers may do so
    at once. An upstream that asks for a pause is left alone for the rest of the round."""
    begun, looked, paused = time.monotonic(), 0, set[int]()
    due = due_follows().order_by("not_before", "pk").values_list("pk", "request__upstream_id")
    for pk, upstream_id in list(due[:most]):
        if stopped() or time.monotonic() - begun > ROUND_SECONDS:
            break
        if upstream_id in paused:
            continue
        error = refresh(pk)
        looked += 1
        if isinstance(error, UpstreamRateLimited):
            paused.add(upstream_id)
    return looked


def refresh(follow_id: int) -> HubError | None:
    """One look, if the follow is due and free; the error that it met."""
    owner = claim_name()
    if not Follow.objects.filter(pk=follow_id, active=True).claim(owner):
        return None
    row = Follow.objects.select_related("request__upstream", "request__revision").get(pk=follow_id)
    try:
        info = _ask(row)
        repo = _take_in(row, owner, info)
    except HubError as error:
        _stumble(row, owner, error)
        return error
    if repo is not None:
        retire_old(row, repo)
    return None


def _ask(row: Follow) -> RepoInfo:
    """Raises RepoMissing and RevisionMissing only where the upstream is otherwise well and knows our token."""
    request = row.request
    client = client_for(request.upstream)
    try:
        # Nobody waits for it, so a share of the upstream's budget stays for those who do.
        with bulk():
            return client.info(RepoKind(request.kind), RepoId.parse(request.repo_id), request.ref)
    except (RepoMissing, RevisionMissing):
        client.check()
        raise


def _take_in(row: Follow, owner: str, info: RepoInfo) -> Repo | None:
    """Writes what upstream told, and opens the request again where the ref has moved."""
    now = timezone.now()
    with transaction.atomic():
        repo = _known_as(row, held_repo(row.request), info)
        columns = absence.end(row, repo)
        held = held_revision(row.request)
        if held is not None:
            note_stand(row, held)
        if row.head and row.head != info.commit:
            columns["moved_at"] = now
        if _has_moved(row, held.commit if held else row.request.commit, info.commit) and _open(row, info):
            columns |= {"asked_commit": info.commit, "asked_at": now}
        _release(row, owner, checked_at=now, head=info.commit, error="", error_code="", attempts=0, **columns)
    return repo


def _known_as(row: Follow, repo: Repo | None, info: RepoInfo) -> Repo | None:
    """The repo under upstream's present name and gating. Commits name bytes; these two belong to the repo itself."""
    if str(info.repo_id) != row.request.repo_id:
        Request.objects.filter(pk=row.request_id).update(repo_id=str(info.repo_id))
        row.request.repo_id = str(info.repo_id)
    if repo is None:
        return None
    if repo.key != info.repo_id.key:
        before = str(repo)
        repo = rename_repo(repo, info.repo_id)
        record(SYSTEM, "repo.renamed", str(repo), request=row.request_id, before=before)
    if repo.gated != info.gated:
        Repo.objects.filter(pk=repo.pk).update(gated=info.gated)
        record(SYSTEM, "repo.gated", str(repo), request=row.request_id, before=repo.gated, gated=info.gated)
    note_held(repo)
    return repo


def _has_moved(row: Follow, held: str, head: str) -> bool:
    """Whether this head is a question that has not been asked yet, or is worth being asked again."""
    state = row.request.state
    if state == Request.State.WAITING or (state == Request.State.PUBLISHED and head == held):
        return False
    if state in (Request.State.REFUSED, Request.State.CANCELLED):
        return head not in (held, row.request.commit)
    if state == Request.State.FAILED and row.asked_commit == head and row.asked_at is not None:
        return timezone.now() - row.asked_at > FAILED_AGAIN
    return True


def _open(row: Follow, info: RepoInfo) -> bool:
    request = row.request
    # What was decided was of another commit: a retry after a failed look must not take it for an approval.
    opened = Request.objects.filter(pk=request.pk, state=request.state, lease_owner="").update(
        state=Request.State.NEW,
        decided_at=None,
        attempts=0,
        error="",
        error_code="",
        not_before=None,
        changed_at=timezone.now(),
    )
    if opened:
        record(SYSTEM, "request.moved", str(request), request=request.pk, before=request.commit, commit=info.commit)
        nudge("workers.look", request.pk)
    return bool(opened)


def _stumble(row: Follow, owner: str, error: HubError) -> None:
    """Notes the error. Absence counts strikes; everything else says nothing about the repo, and is asked again after
    a pause that grows, or that upstream asked for."""
    note: dict[str, Any] = {"error": error.words[:1000], "error_code": error.code}
    with transaction.atomic():
        if isinstance(error, RepoMissing | RevisionMissing):
            _release(row, owner, attempts=0, **note, **absence.count(row, error))
        else:
            pause = max(pause_after(row.attempts, error), timedelta(seconds=LEAST_SECONDS))
            ordinary = timedelta(seconds=row.every)
            _release(row, owner, **note, not_before=from_now(pause if not error.permanent else max(pause, ordinary)))


def _release(row: Follow, owner: str, **columns: Any) -> None:
    columns.setdefault("not_before", from_now(_next_pause(row.every)))
    if not Follow.objects.filter(pk=row.pk).release(owner, **columns):
        raise LeaseLost("another worker looks at this follow")


def _first_pause(every: int) -> timedelta:
    """Somewhere in the first interval: repos that are followed together must not be asked together."""
    return timedelta(seconds=_chance.uniform(LEAST_SECONDS / 2, every))


def _next_pause(every: int) -> timedelta:
    return timedelta(seconds=every * _chance.uniform(1 - SPREAD, 1 + SPREAD))
