"""The buttons of the page of transfers: people pause, resume, cancel, hurry and retry what is on its way."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from hub.accounts.callers import Caller
from hub.accounts.staff import may, staff_caller
from hub.errors import BadInput, HubError, RequestMissing
from hub.mirroring import decisions, steering
from hub.mirroring.kept import forget_kept
from hub.mirroring.models import Request
from hub.mirroring.pauses import LOW, NORMAL, URGENT
from hub.upstreams.models import Upstream
from hub.web.spoken import spoken
from hub.web.transfer_pages import VIEWS
from hub.web.visitors import for_pullers

OF_A_REQUEST: dict[str, tuple[Callable[[Request, Caller, str], object], Promise]] = {
    "pause": (lambda row, caller, reason: steering.pause(row, caller, reason), _("%s is paused.")),
    "resume": (lambda row, caller, reason: steering.resume(row, caller), _("%s goes on.")),
    "cancel": (lambda row, caller, reason: steering.cancel(row, caller, reason), _("%s is cancelled.")),
    "retry": (lambda row, caller, reason: decisions.retry(row, caller), _("%s is taken up again.")),
    "hurry": (lambda row, caller, reason: decisions.hurry(row, caller), _("What waited of %s is tried now.")),
    "urgent": (lambda row, caller, reason: steering.prioritise(row, caller, URGENT), _("%s is urgent now.")),
    "normal": (lambda row, caller, reason: steering.prioritise(row, caller, NORMAL), _("%s has normal priority now.")),
    "low": (lambda row, caller, reason: steering.prioritise(row, caller, LOW), _("%s has low priority now.")),
}
"""What can be done about one request, and the sentence afterwards."""


@require_POST
@for_pullers
def transfer_steer(request: HttpRequest) -> HttpResponse:
    """One button of the page: `act` on the request `request`, or "pause-all" and "resume-all" of the upstream
    `upstream`, of everything where that is empty."""
    if not may(request, "mirroring.operate_hub"):
        raise PermissionDenied(gettext("Steering transfers takes the role of an operator."))
    try:
        messages.success(request, _steered(request))
    except HubError as error:
        messages.error(request, spoken(error))
    forget_kept("traffic", "arrivals", "conditions")
    state = request.POST.get("state", "")
    page = reverse("web:upstreams" if request.POST.get("back") == "upstreams" else "web:transfers")
    return redirect(f"{page}?state={state}" if state and state in VIEWS else page)


def _steered(request: HttpRequest) -> str:
    act, reason, caller = request.POST.get("act", ""), request.POST.get("reason", "")[:500], staff_caller(request)
    if act in OF_A_REQUEST:
        row = _request(request.POST.get("request", ""))
        change, sentence = OF_A_REQUEST[act]
        change(row, caller, reason)
        return str(sentence) % row.repo_id
    upstream = _upstream(request.POST.get("upstream", ""))
    what = upstream.slug if upstream else gettext("The whole hub")
    if act == "pause-all":
        steering.pause_everything(caller, upstream, reason)
        return gettext("%s is paused: nothing of it begins until it is resumed.") % what
    if act == "resume-all":
        steering.resume_everything(caller, upstream)
        return gettext("%s goes on.") % what
    raise BadInput("there is no such button", "reload the page")


def _request(text: str) -> Request:
    number = int(text) if text.isdecimal() and len(text) < 19 else 0
    row: Request | None = Request.objects.filter(pk=number).first()
    if row is None:
        raise RequestMissing(f"there is no request {text[:20]!r}", "reload the page")
    return row


def _upstream(slug: str) -> Upstream | None:
    if not slug:
        return None
    row = Upstream.objects.filter(slug=slug).first()
    if row is None:
        raise BadInput(f"there is no upstream called {slug[:40]!r}", "reload the page")
    return row
