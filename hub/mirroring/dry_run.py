"""What a wish would become: upstream is asked, the rules are tried, the store is counted, and nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.catalog.models import Revision
from hub.errors import HubError, UpstreamGated
from hub.mirroring.diff import change_of, held_repo
from hub.mirroring.models import Request
from hub.mirroring.quota import Shares, room_now, shares
from hub.mirroring.survey import Survey, facts_for_people, facts_for_policy, survey
from hub.mirroring.verdict import verdict_of
from hub.mirroring.wishes import Wish
from hub.names import parse_revision
from hub.policy.models import Action, Rule
from hub.policy.verdicts import Tried, Verdict, explain
from hub.upstreams.protocol import TreeFile
from hub.upstreams.registry import client_for


class Outcome(StrEnum):
    """What asking for it would lead to, as far as anybody can tell beforehand."""

    HELD = "held"
    """Readers have that very commit already, with every file that is wanted."""
    JOINS = "joins"
    """The same wish is under way: whoever asks now waits with the others."""
    FETCHED = "fetched"
    ASKS = "asks"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Upstream did not tell enough; see the error."""


_OUTCOMES = {Action.ALLOW: Outcome.FETCHED, Action.ASK: Outcome.ASKS, Action.DENY: Outcome.REFUSED}
_JOINED = frozenset({*Request.UNDER_WAY, Request.State.WAITING})


@dataclass(frozen=True)
class DryRun:
    """`repo_id` is upstream's spelling. `facts` are those that an admin decides by, `files` and `bytes` count the
    wanted files, `shares` says where their bytes are, each digest once. `verdict` and `tried` are what the rules say;
    `change` is what it would change for readers, None where they have nothing yet. `room` is what the store may still
    take, None where nothing bounds it. `request` is the one that this wish would join. Where `error` is set, upstream
    told little or nothing, and only what it told is filled in."""

    wish: Wish
    repo_id: str
    commit: str = ""
    licence: str = ""
    gated: str = ""
    files: int = 0
    bytes: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    shares: Shares = field(default_factory=lambda: Shares(0, 0, 0))
    verdict: Verdict | None = None
    tried: tuple[Tried, ...] = ()
    change: Mapping[str, Any] | None = None
    room: int | None = None
    request: Request | None = None
    is_held: bool = False
    error: HubError | None = None
    listing: tuple[TreeFile, ...] = ()
    """Every file of the commit, wanted or not."""

    @property
    def fits(self) -> bool:
        """Whether there is room for what has to be fetched."""
        return self.room is None or self.shares.to_fetch <= max(0, self.room)

    @property
    def outcome(self) -> Outcome:
        if self.is_held:
            return Outcome.HELD
        if self.request is not None and self.request.state in _JOINED:
            return Outcome.JOINS
        if self.request is not None and self.request.state == Request.State.REFUSED:
            return Outcome.REFUSED
        return _OUTCOMES[self.verdict.action] if self.verdict else Outcome.UNKNOWN

    @property
    def reason(self) -> str:
        """Why, as the end of a sentence: the decision about the request that exists, else the rule's words."""
        if self.outcome == Outcome.HELD:
            return "this hub holds it, verified"
        if self.request is not None and self.outcome == Outcome.REFUSED and self.request.decision_reason:
            return self.request.decision_reason
        if self.error is not None:
            return self.error.sentence
        return self.verdict.reason if self.verdict else ""


def dry_run(wish: Wish) -> DryRun:
    """Asks upstream, so it takes a moment: call it outside of any transaction. What goes wrong there is the answer's
    `error`. Raises BadName for a revision that git would refuse."""
    if wish.ref:
        parse_revision(wish.ref)
    existing = Request.objects.select_related("upstream", "revision").filter(**wish.identity).first()
    request = existing or _unsaved(wish)
    try:
        return _told(wish, request, existing, survey(request))
    except UpstreamGated as error:
        return _gated(wish, existing, error)
    except HubError as error:
        return DryRun(wish, str(wish.repo_id), request=existing, error=error)


def _unsaved(wish: Wish) -> Request:
    """The row that the wish would become; it is never saved."""
    patterns = wish.patterns
    return Request(
        upstream=wish.upstream,
        kind=wish.kind.value,
        repo_id=str(wish.repo_id),
        key=wish.repo_id.key,
        ref=wish.identity["ref"],
        include=list(patterns.include),
        exclude=list(patterns.exclude),
    )


def _told(wish: Wish, request: Request, existing: Request | None, found: Survey) -> DryRun:
    wanted = found.wanted(wish.patterns)
    sizes = {str(file.digest): file.size for file in wanted}
    change = change_of(request, found)
    facts = facts_for_policy(request, found, wish.patterns)
    return DryRun(
        wish,
        str(found.info.repo_id),
        commit=found.info.commit,
        licence=found.info.licence,
        gated=found.info.gated,
        files=len(wanted),
        bytes=sum(file.size for file in wanted),
        facts=facts_for_people(found, wish.patterns),
        shares=shares(sizes),
        verdict=verdict_of(request, found, change),
        tried=tuple(explain(facts, Rule.objects.filter(enabled=True))),
        change=change,
        room=room_now().left,
        request=existing,
        is_held=_is_held(request, found.info.commit, {file.path for file in wanted}),
        listing=found.files,
    )


def _is_held(request: Request, commit: str, wanted: set[str]) -> bool:
    """Whether readers have that commit with every wanted file: a revision may be held without some of its files."""
    repo = held_repo(request)
    if repo is None:
        return False
    revision = Revision.objects.filter(repo=repo, commit=commit).exclude(published_at=None).first()
    if revision is None:
        return False
    return wanted <= set(revision.files.exclude(blob=None).values_list("path", flat=True))


def _gated(wish: Wish, existing: Request | None, error: UpstreamGated) -> DryRun:
    """The files are hidden from us; what the repo says of itself may not be."""
    try:
        info = client_for(wish.upstream).info(wish.kind, wish.repo_id, wish.ref)
    except HubError:
        return DryRun(wish, str(wish.repo_id), gated="yes", request=existing, error=error)
    return DryRun(
        wish,
        str(info.repo_id),
        commit=info.commit,
        licence=info.licence,
        gated=info.gated or "yes",
        request=existing,
        error=error,
    )
