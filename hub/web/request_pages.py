"""The pages of requests: the list, and one request with all that happened to it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from hub.accounts.models import User
from hub.accounts.staff import may
from hub.catalog.synonyms import Suggestion, suggest
from hub.errors import RepoMissing
from hub.mirroring.comments import comments_of, may_comment
from hub.mirroring.models import Asker, Request, Transfer
from hub.mirroring.progress import transfers_of
from hub.mirroring.standing import standing_of
from hub.mirroring.withdrawing import may_withdraw
from hub.names import RepoId, RepoKind
from hub.web.deciding import APPROVE, DECIDES, FITTING, OPERATES, REFUSE
from hub.web.timeline import moments_of
from hub.web.visitors import for_pullers, hub_address

PAGE = 50
SHOWN_TRANSFERS = 8
SHOWN_ASKERS = 50

_State = Request.State


@require_safe
@never_cache
@for_pullers
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests, the newest first. People who are logged in see their own; `?whose=all` shows everybody's, `?state=` and
    `?q=` keep those in one state, or with the text in their id."""
    user = request.user if isinstance(request.user, User) and request.GET.get("whose") != "all" else None
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:200]
    page = Paginator(_chosen(user, state, text), PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "mine": user is not None,
        "state": state,
        "states": _State.choices,
        "query": text,
        "kept": kept.urlencode(),
        "may_decide": may(request, DECIDES),
    }
    return render(request, "web/requests.html", context)


def _chosen(asker: User | None, state: str, text: str) -> QuerySet[Request]:
    rows = Request.objects.select_related("upstream").order_by("-pk")
    if asker is not None:
        rows = rows.filter(Exists(Asker.objects.filter(request=OuterRef("pk"), user=asker)))
    if text:
        rows = rows.filter(key__contains=text.lower())
    return rows.filter(state=state) if state in _State.values else rows


@require_safe
@never_cache
@for_pullers
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "web/request.html", detail_of(request, row_of(pk)))


@require_GET
@never_cache
@for_pullers
def request_live(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the page asks for every few seconds: a piece of itself for htmx, JSON for everybody else."""
    row = row_of(pk)
    if not request.headers.get("HX-Request"):
        return JsonResponse(standing_of(row))
    response = render(request, "web/_standing.html", standing_context(request, row))
    if request.GET.get("state", row.state) != row.state:
        # More than the progress has changed: facts, the timeline, what can be done.
        response.headers["HX-Refresh"] = "true"
    return response


def row_of(pk: int) -> Request:
    row: Request | None = Request.objects.select_related("upstream", "revision__repo__upstream").filter(pk=pk).first()
    if row is None:
        raise Http404(gettext("There is no request %(pk)s.") % {"pk": pk})
    return row


def detail_of(request: HttpRequest, row: Request) -> dict[str, Any]:
    """What the page of one request shows; what else there is to it, such as a comment that was refused, is added."""
    formats = row.facts.get("formats", {}).items()
    sees = may(request, "mirroring.view_request")
    return {
        **standing_context(request, row),
        "facts": row.facts,
        "formats": sorted(formats, key=lambda entry: -entry[1][1]),
        "moments": moments_of(row, request),
        "askers": row.askers.count(),
        "named_askers": row.askers.order_by("pk")[:SHOWN_ASKERS] if sees else (),
        "asked_by_you": row.askers.filter(user=request.user.pk).exists() if request.user.is_authenticated else False,
        "comments": comments_of(row, request.user),
        "may_comment": may_comment(row, request.user),
        "may_withdraw": may_withdraw(row, request.user),
        "may_approve": may(request, DECIDES) and row.state in FITTING[APPROVE],
        "may_refuse": may(request, DECIDES) and row.state in FITTING[REFUSE],
        "may_retry": may(request, OPERATES) and row.state in (_State.FAILED, _State.CANCELLED),
        "may_administer": sees,
    }


def standing_context(request: HttpRequest, row: Request) -> dict[str, Any]:
    transfers = sorted(transfers_of(row), key=_place) if row.state == _State.FETCHING else []
    return {
        "row": row,
        "standing": standing_of(row),
        "suggestion": _suggestion(row),
        "address": hub_address(request),
        "transfers": transfers[:SHOWN_TRANSFERS],
        "more_transfers": max(0, len(transfers) - SHOWN_TRANSFERS),
        "running": sum(bool(transfer.lease_owner) for transfer in transfers),
        "sees_workers": may(request, "mirroring.view_transfer"),
    }


def _place(transfer: Transfer) -> tuple[bool, bool, int, int]:
    """What moves comes first, then what has failed, then what waits in its order."""
    failed = transfer.state == Transfer.State.FAILED
    return not transfer.lease_owner, not failed, -transfer.priority, transfer.pk


def _suggestion(row: Request) -> Suggestion | None:
    """A held repo that goes by this name on another hub; where the upstream has no such repo, also what to ask for."""
    if row.state == _State.PUBLISHED:
        return None
    found = suggest(RepoKind(row.kind), RepoId.parse(row.repo_id), row.upstream.kind)
    return found if found and (found.held or row.error_code == RepoMissing.code) else None
