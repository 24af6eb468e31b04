"""The review queue: what waits for a decision, the facts side by side, and decisions about one or many."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.accounts.staff import may
from hub.mirroring.models import Asker, Request
from hub.web.deciding import APPROVE, DECIDES, REFUSE, Outcome, decide
from hub.web.visitors import visitor

PAGE = 25
SHOWN_FORMATS = 3
SHOWN_ASKERS = 2


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: HttpRequest) -> HttpResponseBase:
    """Everybody who may not decide is told who may. A POST decides each of the chosen requests by itself."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not may(request, DECIDES):
        raise PermissionDenied(gettext("Only people who decide about requests see this queue: approvers."))
    outcomes, trouble = _decided(request) if request.method == "POST" else ([], "")
    text = request.GET.get("q", "").strip()[:200]
    kept = request.GET.copy()
    kept.pop("page", None)
    page = Paginator(_waiting(text), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": _rows(page),
        "query": text,
        "kept": kept.urlencode(),
        "outcomes": outcomes,
        "trouble": trouble,
        # What was typed is typed again for those that could not be decided, and for no others.
        "reason": request.POST.get("reason", "") if trouble or any(not one.done for one in outcomes) else "",
        "moved": {one.row.pk for one in outcomes if one.moved},
    }
    return render(request, "web/review.html", context, status=_status(outcomes, trouble))


def _decided(request: HttpRequest) -> tuple[list[Outcome], str]:
    """What became of each chosen request, and what is wrong with the form as a whole."""
    sent = request.POST
    verb, reason = sent.get("verb", ""), sent.get("reason", "")
    chosen = [int(pk) for pk in dict.fromkeys(sent.getlist("pick")) if pk.isascii() and pk.isdigit() and len(pk) < 19]
    if verb not in (APPROVE, REFUSE):
        return [], gettext("Choose whether to approve or to refuse.")
    if not chosen:
        return [], gettext("Choose at least one request.")
    if verb == REFUSE and not reason.strip():
        return [], gettext("A refusal needs a reason: say why, so that people who asked know what to do.")
    rows = Request.objects.select_related("upstream").filter(pk__in=chosen[:PAGE]).order_by("pk")
    return [decide(row, verb, visitor(request), reason, sent.get(f"seen-{row.pk}", "")) for row in rows], ""


def _status(outcomes: Sequence[Outcome], trouble: str) -> int:
    if trouble:
        return 422
    return 409 if any(one.moved for one in outcomes) else 200


def _rows(page: Page[Request]) -> list[dict[str, Any]]:
    """Each request with the suffixes that take most of its bytes, and how many askers are not named."""
    return [
        {
            "row": row,
            "formats": sorted(formats, key=lambda suffix: -formats[suffix][1])[:SHOWN_FORMATS],
            "more_askers": max(0, row.asker_count - SHOWN_ASKERS),  # type: ignore[attr-defined]
        }
        for row in page
        for formats in [row.facts.get("formats", {})]
    ]


def _waiting(text: str) -> QuerySet[Request]:
    """The oldest first, with who asked and how often."""
    askers = Prefetch("askers", Asker.objects.order_by("-times", "pk"), to_attr="named")
    waiting = Request.objects.filter(state=Request.State.WAITING).select_related("upstream").prefetch_related(askers)
    rows: QuerySet[Request] = waiting.annotate(asker_count=Count("askers")).order_by("created_at", "pk")
    return rows.filter(key__contains=text.lower()) if text else rows
