"""The pages of requests: the list, one request with its progress, and the form for a new one."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from hub.catalog.synonyms import Suggestion, suggest
from hub.errors import HubError, RepoMissing
from hub.mirroring.models import Request
from hub.mirroring.standing import standing_of
from hub.mirroring.wishes import submit
from hub.names import RepoId, RepoKind
from hub.web.forms import WishForm
from hub.web.visitors import for_pullers, hub_address, visitor

PAGE = 50


@require_safe
@for_pullers
def request_list(request: HttpRequest) -> HttpResponse:
    """All requests, the newest first; `?state=` keeps those in one state."""
    state = request.GET.get("state", "")
    rows = Request.objects.select_related("upstream").order_by("-pk")
    if state in Request.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "states": Request.State.choices}
    return render(request, "web/requests.html", context)


@require_safe
@never_cache
@for_pullers
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(pk)
    facts = row.facts
    context = {
        "row": row,
        "standing": standing_of(row),
        "facts": facts,
        "formats": sorted(facts.get("formats", {}).items(), key=lambda entry: -entry[1][1]),
        "askers": row.askers.count(),
        "suggestion": _suggestion(row),
        "address": hub_address(request),
        "may_decide": request.user.is_staff and request.user.has_perm("mirroring.view_request"),
    }
    return render(request, "web/request.html", context)


@require_GET
@never_cache
@for_pullers
def request_live(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the page polls."""
    return JsonResponse(standing_of(_row(pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@for_pullers
def request_new(request: HttpRequest) -> HttpResponse:
    form = WishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = submit(form.wish(), visitor(request))
        except HubError as error:
            form.add_error(None, error.words)
        else:
            return redirect("web:request", pk=row.pk)
    return render(request, "web/request_new.html", {"form": form}, status=422 if form.errors else 200)


def _row(pk: int) -> Request:
    row: Request | None = Request.objects.select_related("upstream", "revision__repo__upstream").filter(pk=pk).first()
    if row is None:
        raise Http404(f"There is no request {pk}.")
    return row


def _suggestion(row: Request) -> Suggestion | None:
    """A held repo that goes by this name on another hub; where the upstream has no such repo, also what to ask for."""
    if row.state == Request.State.PUBLISHED:
        return None
    found = suggest(RepoKind(row.kind), RepoId.parse(row.repo_id), row.upstream.kind)
    return found if found and (found.held or row.error_code == RepoMissing.code) else None
