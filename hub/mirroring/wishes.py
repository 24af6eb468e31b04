"""A wish becomes a request: one row for each wish, joined by everybody who has the same one."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.errors import BadInput
from hub.mirroring.models import Asker, Request
from hub.mirroring.patterns import Patterns
from hub.names import RepoId, RepoKind, parse_revision
from hub.nudge import nudge
from hub.upstreams.models import Upstream
from hub.upstreams.registry import is_default

MAX_OPEN_LOOKUPS = 1000
"""Wishes that wait to be looked up. More than this is a flood, and refusing it keeps the honest ones moving."""
WITHDRAWN = "Withdrawn"
"""The error code of a request that was cancelled by whoever had asked for it, and not by an operator."""


@dataclass(frozen=True)
class Wish:
    """`ref` is a branch, tag, commit or refs/...; "" is upstream's default, and so are the names that its clients write
    for that: all of them mean one wish."""

    upstream: Upstream
    kind: RepoKind
    repo_id: RepoId
    ref: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def patterns(self) -> Patterns:
        return Patterns.of(self.include, self.exclude)

    @property
    def identity(self) -> dict[str, Any]:
        """The columns that tell one wish's request from another's."""
        return {
            "upstream": self.upstream,
            "kind": self.kind.value,
            "key": self.repo_id.key,
            "ref": "" if is_default(self.upstream.kind, self.ref) else self.ref,
            "patterns_key": self.patterns.key,
        }


def submit(wish: Wish, caller: Caller, refresh: bool = True) -> Request:
    """Joins or opens the request for this wish. A failed or withdrawn one is opened again, and so is a published one
    where `refresh` asks upstream whether the ref has moved; a refused or cancelled one stays so.

    Raises BadName for a revision that git would refuse and BadInput when too many wishes wait to be looked up.
    """
    if wish.ref:
        parse_revision(wish.ref)
    with transaction.atomic():
        request, created = _row(wish)
        if created:
            record(caller, "request.opened", str(request), request=request.pk, include=request.include)
        else:
            _reopen(request, caller, refresh)
        _note_asker(request, caller)
    request.refresh_from_db()
    return request


def _row(wish: Wish) -> tuple[Request, bool]:
    found = wish.identity
    if existing := Request.objects.filter(**found).first():
        return existing, False
    if Request.objects.filter(state=Request.State.NEW).count() >= MAX_OPEN_LOOKUPS:
        raise BadInput("too many repos are waiting to be looked up", "try again in a few minutes")
    request, created = Request.objects.get_or_create(
        **found,
        defaults={
            "repo_id": str(wish.repo_id),
            "include": list(wish.patterns.include),
            "exclude": list(wish.patterns.exclude),
        },
    )
    if created:
        nudge("workers.look", request.pk)
    return request, created


def _reopen(request: Request, caller: Caller, refresh: bool) -> None:
    """Opens a failed request whose pause is over, one that was withdrawn, or a published one whose ref may have moved
    or rows are gone."""
    ended = Q(state=Request.State.FAILED) | Q(state=Request.State.PUBLISHED, revision__published_at=None)
    ended |= Q(state=Request.State.CANCELLED, error_code=WITHDRAWN)
    if refresh:
        ended |= Q(state=Request.State.PUBLISHED)
    opened = (
        Request.objects.due()
        .filter(ended, pk=request.pk)
        .update(
            state=Request.State.NEW,
            decided_at=None,
            attempts=0,
            error="",
            error_code="",
            not_before=None,
            changed_at=timezone.now(),
        )
    )
    if opened:
        record(caller, "request.reopened", str(request), request=request.pk)
        nudge("workers.look", request.pk)


def _note_asker(request: Request, caller: Caller) -> None:
    asker, created = Asker.objects.get_or_create(
        request=request, label=caller.label[:200], defaults={"user": caller.user, "client": caller.client[:300]}
    )
    if not created:
        Asker.objects.filter(pk=asker.pk).update(times=F("times") + 1, asked_at=timezone.now())
