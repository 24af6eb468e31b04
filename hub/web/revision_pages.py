"""The revisions of a held repo, and what differs between two of them."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.catalog.differences import Difference, FileChange, difference
from hub.catalog.lines import MOST_TEXT, Line, changed_lines, comparable, find_comparable
from hub.catalog.lookup import find_revision
from hub.catalog.models import Repo, Revision
from hub.catalog.previews.kinds import Look, look_of
from hub.errors import HubError, Missing
from hub.web.repo_frame import frame_of, opened
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers

PAGE = 30
MOST_CHOICES = 100
SHOWN = 200
"""Changed files on one page."""
AT_ONCE = 4
"""Texts whose lines are compared without being asked for."""
_TEXTS = (Look.MARKDOWN, Look.JSON, Look.TOKENIZER_CONFIG, Look.TEXT)
"""The first ones first."""


@dataclass(frozen=True)
class Compared:
    """A text and its changed lines, or why there are none to show."""

    path: str
    lines: tuple[Line, ...] = ()
    trouble: str = ""


@require_safe
@for_pullers
def repo_revisions(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Every commit that is, was, or is about to be held, the newest first."""
    view = opened(kind, name, request.GET.get("revision", ""))
    rows = view.repo.revisions.prefetch_related("refs").order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = frame_of(request, view, "repo-revisions") | {
        "page": page,
        "rows": [(row, title_of(row)) for row in page],
        "extra": view.query.removeprefix("?"),
        "choices": _choices(view.repo),
    }
    return render(request, "web/repo_revisions.html", context)


@require_safe
@for_pullers
def repo_compare(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """`?from=` and `?to=` are commits; `?path=` shows the lines of that file and of no other."""
    view = opened(kind, name, "")
    try:
        before, after = _pair(view.repo, request.GET.get("from", ""), request.GET.get("to", ""))
    except Missing as error:
        raise Http404(spoken(error)) from error
    found = difference(before, after)
    page = Paginator((*found.changed, *found.added, *found.removed), SHOWN).get_page(request.GET.get("page"))
    path = request.GET.get("path", "")
    context = frame_of(request, view, "repo-revisions") | {
        "difference": found,
        "growth": found.bytes_after - found.bytes_before,
        "shrinkage": found.bytes_before - found.bytes_after,
        "page": page,
        "rows": [(change, _is_text(change)) for change in page],
        "extra": f"from={before.commit}&to={after.commit}",
        "texts": [_compared(before, after, one) for one in ([path] if path else _telling(found))],
        "choices": _choices(view.repo),
        "before": before,
        "after": after,
    }
    return render(request, "web/repo_compare.html", context)


def title_of(revision: Revision) -> str:
    """What upstream's history calls the commit; "" where it does not tell."""
    told = (one for one in revision.history if isinstance(one, dict) and one.get("id") == revision.commit)
    return str(next(told, {}).get("title") or "")[:200]


def _choices(repo: Repo) -> list[Revision]:
    return list(comparable(repo).prefetch_related("refs").order_by("-pk")[:MOST_CHOICES])


def _pair(repo: Repo, before: str, after: str) -> tuple[Revision, Revision]:
    """Without an end, where the default ref stands; without a beginning, the newest before the end. Raises
    RevisionMissing."""
    last = find_comparable(repo, after) if after else find_revision(repo, "")
    if before:
        return find_comparable(repo, before), last
    others = comparable(repo).exclude(pk=last.pk).order_by("-pk")
    return others.filter(pk__lt=last.pk).first() or others.first() or last, last


def _is_text(change: FileChange) -> bool:
    """Its lines may be compared: small on both sides, and text by its name."""
    sides = [side for side in (change.before, change.after) if side]
    return look_of(change.path) in _TEXTS and all(side.size <= MOST_TEXT for side in sides)


def _telling(found: Difference) -> list[str]:
    """The first few texts that changed: cards and settings tell most."""
    texts = [change.path for change in found.changed if _is_text(change)]
    return sorted(texts, key=lambda path: _TEXTS.index(look_of(path)))[:AT_ONCE]


def _compared(before: Revision, after: Revision, path: str) -> Compared:
    try:
        return Compared(path, tuple(changed_lines(before, after, path)))
    except HubError as error:
        return Compared(path, trouble=spoken(error))
