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

from django.db import transaction
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.catalog.recording import record_repo, record_revision
from hub.errors import HubError, LeaseLost, RepoMissing, RevisionMissing
from hub.mirroring.models import Request
from hub.mirroring.patterns import Patterns
from hub.mirroring.settle import gather_again, pause_after
from hub.mirroring.survey import Survey, facts_for_people, facts_for_policy, history, survey
from hub.names import RepoId
from hub.nudge import nudge
from hub.policy.models import Action, Rule
from hub.policy.verdicts import Verdict, decide

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
MISSING_PAUSE = timedelta(seconds=60)
"""How long upstream's "no such repo" is believed before the same wish asks upstream again."""

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
    """(request id, "look" or "plan") of every request that waits for one of the two steps, oldest first."""
    steps = {Request.State.NEW.value: "look", Request.State.APPROVED.value: "plan"}
    rows = Request.objects.due().filter(state__in=steps).order_by("pk").values_list("pk", "state")
    return [(pk, steps[state]) for pk, state in rows[:100]]


def look(request_id: int) -> None:
    """Pins the commit, gathers facts, applies the rules. Nothing happens unless the request is new and free."""
    owner = claim_name()
    if not Request.objects.filter(pk=request_id, state=Request.State.NEW).claim(owner, seconds=STEP_SECONDS):
        return
    request = Request.objects.select_related("upstream").get(pk=request_id)
    try:
        found = survey(request)
        facts = facts_for_policy(request, found, Patterns.of(request.include, request.exclude))
        _judge(request, owner, found, decide(facts, Rule.objects.filter(enabled=True)))
    except HubError as error:
        _stumble(request, owner, error)


def _judge(request: Request, owner: str, found: Survey, verdict: Verdict) -> None:
    state = _STATE_AFTER[verdict.action]
    with transaction.atomic():
        _write(
            request,
            owner,
            state=state,
            attempts=0,
            **_looked_up(request, found),
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


def _looked_up(request: Request, found: Survey) -> dict[str, Any]:
    """What a survey tells the request's row."""
    facts = facts_for_people(found, Patterns.of(request.include, request.exclude))
    return {"repo_id": str(found.info.repo_id), "commit": found.info.commit, "facts": facts}


def plan(request_id: int) -> None:
    """Writes the revision and its files, links what is held, queues what is missing, publishes if nothing is."""
    owner = claim_name()
    if not Request.objects.filter(pk=request_id, state=Request.State.APPROVED).claim(owner, seconds=STEP_SECONDS):
        return
    request = Request.objects.select_related("upstream").get(pk=request_id)
    try:
        found = survey(request, request.commit)
        commits = history(request, found.info)
        _write_plan(request, owner, found, commits)
    except HubError as error:
        _stumble(request, owner, error)


def _write_plan(request: Request, owner: str, found: Survey, commits: list[dict[str, Any]]) -> None:
    wanted = frozenset(file.path for file in found.wanted(Patterns.of(request.include, request.exclude)))
    with transaction.atomic():
        repo = record_repo(request.upstream, found.info, RepoId.parse(_as_asked(request)))
        revision = record_revision(repo, found.info, found.files, found.directories, commits, wanted)
        # An admin may have refused it before the look was done, and approved it since: then nothing is known yet.
        known = _looked_up(request, found)
        _write(request, owner, state=Request.State.FETCHING, revision=revision, attempts=0, **known)
        record(SYSTEM, "revision.planned", f"{repo}@{revision.commit}", request=request.pk, files=len(wanted))
        gather_again(revision)
        nudge("workers.small")


def _as_asked(request: Request) -> str:
    """The id as the wish spelled it: `key` never changes, while `repo_id` becomes upstream's own spelling."""
    return request.key


def _write(request: Request, owner: str, **changes: Any) -> None:
    kept = Request.objects.filter(pk=request.pk).release(
        owner, error="", error_code="", not_before=None, changed_at=timezone.now(), **changes
    )
    if not kept:
        raise LeaseLost("another worker has taken this request over")


def _stumble(request: Request, owner: str, error: HubError) -> None:
    """Notes the error; tries again later unless the error is permanent or came too often."""
    note = {"error_code": error.code, "error": error.words[:1000], "changed_at": timezone.now()}
    requests = Request.objects.filter(pk=request.pk)
    if not error.permanent and request.attempts < MAX_ATTEMPTS:
        requests.release(owner, not_before=timezone.now() + pause_after(request.attempts, error), **note)
        return
    pause = MISSING_PAUSE if isinstance(error, RepoMissing | RevisionMissing) else timedelta(seconds=15)
    with transaction.atomic():
        if requests.release(owner, state=Request.State.FAILED, not_before=timezone.now() + pause, **note):
            record(SYSTEM, "request.failed", str(request), request=request.pk, error=error.words)
