"""What happened to a request, in words for whoever looks: people see what was done, and only staff see by whom."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import Event
from hub.accounts.staff import may
from hub.mirroring.models import Request
from hub.mirroring.timeline import timeline_of

_WORDS: dict[str, Promise] = {
    "request.opened": _("asked for it"),
    "request.reopened": _("asked for it again"),
    "request.left": _("asks for it no more"),
    "request.allow": _("looked it up: the rules let it in"),
    "request.ask": _("looked it up: it needs an approval"),
    "request.deny": _("looked it up: the rules refuse it"),
    "request.approved": _("approved it"),
    "request.refused": _("refused it"),
    "request.retried": _("took it up again"),
    "request.hurried": _("had its waiting files tried at once"),
    "request.paused": _("paused it"),
    "request.resumed": _("let it go on"),
    "request.cancelled": _("cancelled it"),
    "request.prioritised": _("changed its priority"),
    "request.moved": _("saw that upstream has moved on"),
    "request.failed": _("could not go on"),
    "request.commented": _("wrote a comment"),
    "revision.planned": _("planned what to fetch"),
    "revision.published": _("published it, every file verified"),
    "follow.started": _("follows its branch from now on"),
    "follow.changed": _("changed how it is followed"),
    "follow.ended": _("ended the following"),
    "follow.hurried": _("had upstream asked at once"),
    "follow.ref_missing": _("found its branch gone upstream"),
    "follow.ref_back": _("found its branch upstream again"),
    "repo.renamed": _("found it renamed upstream"),
    "repo.gated": _("found its gating changed upstream"),
    "repo.missing_upstream": _("found the repo gone upstream"),
    "repo.back_upstream": _("found the repo upstream again"),
}
_ASKERS = frozenset({"request.opened", "request.reopened", "request.left", "request.commented"})
"""What anonymous clients do too. Everything else is done by people with an account, by the hub or at its terminal."""
_COLOURS = {
    "request.allow": "good",
    "request.approved": "good",
    "revision.published": "good",
    "request.ask": "warn",
    "request.deny": "bad",
    "request.refused": "bad",
    "request.failed": "bad",
    "request.cancelled": "bad",
}


@dataclass(frozen=True)
class Moment:
    """One line of a timeline; `why` is a reason or an error, as it was written, `colour` a class of the style."""

    at: datetime
    who: str
    what: str
    why: str
    commit: str
    colour: str


def moments_of(row: Request, request: HttpRequest) -> list[Moment]:
    """The oldest first."""
    names = may(request, "mirroring.view_request")
    return [_moment(event, _who(event, request.user.pk, names)) for event in timeline_of(row)]


def _moment(event: Event, who: str) -> Moment:
    detail = event.detail
    why = detail.get("reason") or detail.get("error") or ""
    words = _WORDS.get(event.verb)
    what = str(words) if words is not None else event.verb
    return Moment(event.at, who, what, str(why), str(detail.get("commit", "")), _COLOURS.get(event.verb, ""))


def _who(event: Event, viewer: int | None, names: bool) -> str:
    if event.actor_id is not None and event.actor_id == viewer:
        return gettext("You")
    if event.actor_id is None and event.actor_name == "system":
        return gettext("The hub")
    if names:
        return event.actor_name
    is_staff = event.verb not in _ASKERS and (event.actor is None or event.actor.is_staff)
    return gettext("Somebody of the hub's staff") if is_staff else gettext("Somebody")
