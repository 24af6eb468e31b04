"""The two steps of a request that need upstream: look (facts, verdict) and plan (rows, transfers).

Each takes the request's lease, works without any lock, and writes its result only if the lease is still its own. Both
may be called any number of times, by any number of workers.
"""

import logging
import os
import socket
import uuid
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from hub import metrics
from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.catalog.recording import record_repo, record_revision
from hub.errors import HubError, LeaseLost, RepoMissing, RevisionMissing, UpstreamRateLimited
from hub.index.held import note_held
from hub.logs import about
from hub.mirroring.detour import offer
from hub.mirroring.diff import change_of
from hub.mirroring.gather import gather
from hub.mirroring.leases import from_now
from hub.mirroring.models import Request
from hub.mirroring.patterns import Patterns
from hub.mirroring.quota import WAIT_SECONDS, NoRoom, insist_again, insist_on_room, take_room
from hub.mirroring.settle import conclude, pause_after
from hub.mirroring.survey import Survey, facts_for_people, history, survey
from hub.mirroring.verdict import verdict_of
from hub.names import RepoId
from hub.nudge import nudge
from hub.policy.models import Action
from hub.policy.verdicts import Verdict
from hub.tracing import span

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
MISSING_PAUSE = timedelta(seconds=60)
"""How long upstream's "no such repo" is believed before the same wish asks upstream again."""

FIRST_STEPS, FAIR_STEPS = 75, 25

STEP_SECONDS = 300
"""Listing 100,000 files takes a minute or two; a step that takes longer than its lease is simply done twice."""

_STATE_AFTER = {
    Action.ALLOW: Request.State.APPROVED,
    Action.ASK: Request.State.WAITING,
    Action.DENY: Request.State.REFUSED,
}


def claim_name() -> str:
    """A name for one claim: no two claims ever share it, so that an old one cannot write under a new one's lease."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def due_requests() -> list[tuple[int, str]]:
    """(request id, "look" or "plan") of requests that wait for one of the two steps: at most 75 by priority and age,
    then at most 25 of the others by age alone, so that no flood of urgent ones keeps the rest out."""
    steps = {Request.State.NEW.value: "look", Request.State.APPROVED.value: "plan"}
    rows = Request.objects.workable().filter(state__in=steps).values_list("pk", "state")
    first = list(rows.order_by("-priority", "pk")[:FIRST_STEPS])
    others = rows.order_by("pk")[: FIRST_STEPS + FAIR_STEPS] if len(first) == FIRST_STEPS else []
    fair = [row for row in others if row not in first][:FAIR_STEPS]
    return [(pk, steps[state]) for pk, state in (*first, *fair)]


def _claim(request_id: int, state: Request.State, owner: str) -> bool:
    return bool(Request.objects.filter(pk=request_id, state=state).workable().claim(owner, seconds=STEP_SECONDS))


def look(request_id: int) -> None:
    """Pins the commit, gathers facts, applies the rules. Nothing happens unless the request is new and free."""
    owner = claim_name()
    if not _claim(request_id, Request.State.NEW, owner):
        return
    request = Request.objects.select_related("upstream").get(pk=request_id)
    with about(request=request.pk, repo=f"{request.kind} {request.repo_id}"), span("look", request=request.pk):
        _look(request, owner)


def _look(request: Request, owner: str) -> None:
    try:
        found = survey(request)
        change = change_of(request, found)
        _judge(request, owner, found, change, verdict_of(request, found, change))
    except HubError as error:
        _stumble(request, owner, error)


def _judge(request: Request, owner: str, found: Survey, change: dict[str, Any] | None, verdict: Verdict) -> None:
    state = _STATE_AFTER[verdict.action]
    with transaction.atomic():
        _write(
            request,
            owner,
            state=state,
            attempts=0,
            **_looked_up(request, found, change),
            verdict=verdict.action.value,
            verdict_reason=verdict.reason[:300],
            verdict_rule=verdict.rule,
            decided_by=None,
            decided_at=timezone.now() if state != Request.State.WAITING else None,
            decision_reason="",
        )
        detail = {"request": request.pk, "reason": verdict.reason, "rule": verdict.rule, "commit": found.info.commit}
        record(SYSTEM, f"request.{verdict.action.value}", str(request), **detail)
        if state == Request.State.APPROVED:
            nudge("workers.plan", request.pk)


def _looked_up(request: Request, found: Survey, change: dict[str, Any] | None) -> dict[str, Any]:
    """What a survey tells the request's row, with the change that it would be for readers, if any."""
    facts = facts_for_people(found, Patterns.of(request.include, request.exclude))
    if change is not None:
        facts["change"] = change
    return {"repo_id": str(found.info.repo_id), "commit": found.info.commit, "facts": facts}


def plan(request_id: int) -> None:
    """Writes the revision and its files, links what is held, queues what is missing, publishes if nothing is."""
    owner = claim_name()
    if not _claim(request_id, Request.State.APPROVED, owner):
        return
    request = Request.objects.select_related("upstream").get(pk=request_id)
    with about(request=request.pk, repo=f"{request.kind} {request.repo_id}"), span("plan", request=request.pk):
        _plan(request, owner)


def _plan(request: Request, owner: str) -> None:
    try:
        insist_again(request)
        found = survey(request, request.commit)
        insist_on_room(_named(request), found.wanted(Patterns.of(request.include, request.exclude)))
        commits = history(request, found.info)
        _write_plan(request, owner, found, commits)
    except NoRoom as error:
        _wait_for_room(request, owner, error)
    except HubError as error:
        _stumble(request, owner, error)
    except DatabaseError as error:
        # A blob that was linked was pruned at the same moment, or two waited for each other's rows: again, at once.
        logger.info("%s is planned again (%s)", request, error)
        Request.objects.filter(pk=request.pk).release(owner)


def _write_plan(request: Request, owner: str, found: Survey, commits: list[dict[str, Any]]) -> None:
    files = found.wanted(Patterns.of(request.include, request.exclude))
    wanted = frozenset(file.path for file in files)
    with transaction.atomic():
        take_room(_named(request), files)
        repo = record_repo(request.upstream, found.info, RepoId.parse(_as_asked(request)))
        revision = record_revision(repo, found.info, found.files, found.directories, commits, wanted)
        note_held(repo)
        # An admin may have refused it before the look was done, and approved it since: then nothing is known yet.
        change = request.facts.get("change")
        known = _looked_up(request, found, change if change and change["to"] == found.info.commit else None)
        _write(request, owner, state=Request.State.FETCHING, revision=revision, attempts=0, **known)
        record(SYSTEM, "revision.planned", f"{repo}@{revision.commit}", request=request.pk, files=len(wanted))
        missing = gather(revision)
        offer(revision)
        nudge("workers.small")
    if not missing:
        conclude([revision.pk])


def _named(request: Request) -> str:
    return f"{request.kind} {request.repo_id}"


def _as_asked(request: Request) -> str:
    """The id as the wish spelled it: `key` never changes, while `repo_id` becomes upstream's own spelling."""
    return request.key


def _write(request: Request, owner: str, **changes: Any) -> None:
    kept = Request.objects.filter(pk=request.pk).release(
        owner, error="", error_code="", not_before=None, changed_at=timezone.now(), **changes
    )
    if not kept:
        raise LeaseLost("another worker has taken this request over")
    metrics.STEPS_ENDED.labels(_step_of(request), "done").inc()


def _step_of(request: Request) -> str:
    return "look" if request.state == Request.State.NEW else "plan"


def _wait_for_room(request: Request, owner: str, error: NoRoom) -> None:
    """It stays approved, for as long as it takes, and says what it waits for."""
    Request.objects.filter(pk=request.pk).release(
        owner,
        attempts=0,
        not_before=from_now(timedelta(seconds=WAIT_SECONDS)),
        error_code=error.code,
        error=error.words[:1000],
        facts={**request.facts, "bytes_to_fetch": error.needed},
    )


def _stumble(request: Request, owner: str, error: HubError) -> None:
    """Notes the error; tries again later unless the error is permanent or came too often."""
    metrics.STEPS_ENDED.labels(_step_of(request), error.code).inc()
    note = {"error_code": error.code, "error": error.words[:1000], "changed_at": timezone.now()}
    requests = Request.objects.filter(pk=request.pk)
    if isinstance(error, UpstreamRateLimited) and error.retry_after is not None:
        # It says nothing about the request, so it is no attempt.
        pause = timedelta(seconds=max(error.retry_after, 1.0))
        requests.release(owner, not_before=from_now(pause), attempts=F("attempts") - 1, **note)
        return
    if not error.permanent and request.attempts < MAX_ATTEMPTS:
        requests.release(owner, not_before=from_now(pause_after(request.attempts, error)), **note)
        return
    pause = MISSING_PAUSE if isinstance(error, RepoMissing | RevisionMissing) else timedelta(seconds=15)
    with transaction.atomic():
        if requests.release(owner, state=Request.State.FAILED, not_before=from_now(pause), **note):
            record(SYSTEM, "request.failed", str(request), request=request.pk, error=error.words)
