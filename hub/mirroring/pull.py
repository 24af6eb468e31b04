"""Somebody pulls what the hub does not hold: the wish is put in, and its outcome is waited for, or told as an error."""

import time
from datetime import timedelta

from django.utils import timezone

from hub.accounts.callers import Caller
from hub.catalog.models import Revision
from hub.catalog.synonyms import suggested
from hub.errors import (
    ApprovalNeeded,
    CorruptBytes,
    HubError,
    NobodyAtWork,
    OnItsWay,
    Paused,
    RepoMissing,
    RequestCancelled,
    RequestRefused,
    RevisionMissing,
    StoreFull,
    UpstreamGated,
    UpstreamUnreachable,
)
from hub.mirroring.models import Request
from hub.mirroring.progress import progress_of
from hub.mirroring.steering import pause_of
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream

POLL_SECONDS = 0.02, 0.2
"""Between two looks at the row: a tenth of the time waited so far, and within these bounds. So nobody waits much longer
than the work took, and whoever waits long asks seldom."""
RETRY_SECONDS = 10
"""What a client is told to wait before it asks again."""
IDLE_SECONDS = 20
"""A worker that is alive takes a request up within a second or two."""
PATIENCE = 2
"""So many failed looks, a second or two apart, are told to the client; the worker goes on trying."""

_FAILURES: dict[str, type[HubError]] = {
    error.code: error for error in (RepoMissing, RevisionMissing, UpstreamGated, UpstreamUnreachable)
}


def pull(
    kind: RepoKind, repo_id: RepoId, ref: str, caller: Caller, wait: float, path: str = "", family: str = "huggingface"
) -> Revision:
    """Returns the published revision, waiting up to `wait` seconds for it. `ref` "" is upstream's default; `path` is
    the file that was asked for, where the repo is held without it; `family` is which kind of upstream to ask.

    Upstreams are asked in their order; one that has no such repo passes the wish on to the next. Where none has it, the
    error tells under which other name it may be found.
    Raises OnItsWay, NobodyAtWork, ApprovalNeeded, RequestRefused (all with `request_id`), RepoMissing, RevisionMissing,
    and what stopped the request: one of the Upstream family, or CorruptBytes.
    """
    deadline = time.monotonic() + wait
    missing: HubError = RepoMissing(f"no enabled upstream has {kind} {repo_id}", "check the id's spelling")
    for upstream in Upstream.objects.filter(enabled=True, kind=family):
        request = submit(Wish(upstream, kind, repo_id, ref), caller, refresh=False)
        try:
            return _outcome(request, deadline, path)
        except (RepoMissing, RevisionMissing) as error:
            missing = error
    raise suggested(missing, kind, repo_id, family) if isinstance(missing, RepoMissing) else missing


def _outcome(request: Request, deadline: float, path: str) -> Revision:
    shortest, longest = POLL_SECONDS
    began = time.monotonic()
    while True:
        if request.state == Request.State.PUBLISHED and request.revision and request.revision.published_at:
            return request.revision
        _raise_if_stuck(request, path)
        now = time.monotonic()
        if now >= deadline:
            raise _follow(request, OnItsWay(_where_it_is(request), retry_after=RETRY_SECONDS))
        time.sleep(min(max((now - began) / 10, shortest), longest, deadline - now))
        request.refresh_from_db()


def _raise_if_stuck(request: Request, path: str) -> None:
    what = f"{request.kind} {request.repo_id}"
    if path:
        what = f"{path} of {what}, which is held without it,"
    if request.state == Request.State.WAITING:
        sentence = f"{what} needs an admin's approval here ({request.verdict_reason})"
        raise _follow(
            request, ApprovalNeeded(sentence, "your request is filed; run the same command once it is approved")
        )
    if request.state == Request.State.REFUSED:
        why = request.decision_reason or request.verdict_reason
        raise _follow(request, RequestRefused(f"{what} was refused here: {why}", "ask an admin of this hub about it"))
    if request.state == Request.State.CANCELLED:
        why = f": {request.decision_reason}" if request.decision_reason else ""
        sentence = f"{what} was asked for here, and an operator has cancelled it{why}"
        raise _follow(request, RequestCancelled(sentence, "ask an operator of this hub to retry it"))
    if request.state in Request.UNDER_WAY and (pause := pause_of(request)):
        raise _follow(request, Paused(f"{what} does not go on for now: {pause}", "come again later", RETRY_SECONDS))
    if request.state == Request.State.APPROVED and request.error_code == StoreFull.code:
        raise _follow(request, StoreFull(request.error, retry_after=RETRY_SECONDS))
    if request.state == Request.State.FAILED:
        raise _follow(request, _failure(request, what))
    if request.state == Request.State.NEW and request.error and request.attempts >= PATIENCE:
        raise _follow(request, _failure(request, what))
    if request.state in (Request.State.NEW, Request.State.APPROVED) and _is_left_alone(request):
        sentence = f"{what} was asked for, and no worker of this hub takes it up"
        raise _follow(request, NobodyAtWork(sentence, "ask an operator whether the hub's worker runs", RETRY_SECONDS))


def _failure(request: Request, what: str) -> HubError:
    if request.error_code == CorruptBytes.code:
        sentence = f"{what} keeps arriving with wrong bytes from {request.upstream.slug}, and is not published"
        return CorruptBytes(f"{sentence} ({request.error.rstrip('.')})", "ask an operator to look, then ask again")
    failure = _FAILURES.get(request.error_code, UpstreamUnreachable)
    return failure(request.error or f"{what} could not be fetched")


def _is_left_alone(request: Request) -> bool:
    """Nobody has claimed it since it came into this state. An old row that was just opened again has a new time."""
    unclaimed = not request.attempts and not request.lease_owner
    return unclaimed and timezone.now() - request.changed_at > timedelta(seconds=IDLE_SECONDS)


def _where_it_is(request: Request) -> str:
    what = f"{request.kind} {request.repo_id}"
    if request.state == Request.State.NEW:
        trouble = f" (last try: {request.error})" if request.error else ""
        return f"{what} is being looked up on {request.upstream.slug}{trouble}"
    if request.state == Request.State.APPROVED:
        return f"{what} was allowed in and is being planned"
    return f"{what} is being fetched: {progress_of(request)}"


def _follow(request: Request, error: HubError) -> HubError:
    error.request_id = request.pk
    return error
