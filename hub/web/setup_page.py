"""The first run: what a new hub needs, whether it has it, and a catalog to begin with."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from hub.accounts.models import User
from hub.accounts.staff import may
from hub.errors import HubError
from hub.index.models import Entry
from hub.mirroring.starter import Suggestion, ask_for, suggestions
from hub.web.checklist import checklist, look
from hub.web.fragments import wants_fragment
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers, hub_address, visitor

OPERATES = "mirroring.operate_hub"
"""What it takes to ask for a whole catalog."""


def welcome(request: HttpRequest) -> HttpResponse:
    """The first page of a hub that holds nothing: staff see how it stands, everybody else how to use it."""
    if not _is_staff(request):
        context = {"address": hub_address(request), "has_index": Entry.objects.exists()}
        return render(request, "web/welcome.html", context)
    return render(request, "web/setup.html", _context(request))


@require_safe
@never_cache
@for_pullers
def setup(request: HttpRequest) -> HttpResponse:
    """`?check=all` looks at everything at once, for browsers without scripts."""
    return welcome(request)


@require_GET
@never_cache
@for_pullers
def setup_check(request: HttpRequest, key: str) -> HttpResponse:
    """One line of the list, which htmx asks for once the page is there: nobody waits for an upstream to see it."""
    if not _is_staff(request):
        raise PermissionDenied(_("Only staff see how this hub stands."))
    if (found := look(key)) is None:
        raise Http404(_("Nothing of that name is looked at."))
    return render(request, "web/_check.html", {"check": found})


@require_POST
@for_pullers
def setup_starter(request: HttpRequest) -> HttpResponse:
    """Asks for the ticked entries (`entry`, numbers) of the starter catalog; the rules decide about each."""
    if not may(request, OPERATES):
        raise PermissionDenied(_("Only operators may ask for a catalog."))
    numbers = {int(number) for number in request.POST.getlist("entry") if number.isascii() and number.isdigit()}
    answer = ask_for(numbers, visitor(request))
    for problem in answer.problems:
        messages.error(request, problem)
    if not answer.requests:
        if not answer.problems:
            messages.warning(request, _("Nothing was ticked, so nothing was asked for."))
        return redirect("web:setup")
    count = len(answer.requests)
    told = ngettext("Asked for %(count)s repo.", "Asked for %(count)s repos.", count) % {"count": count}
    where = _("Here you see how they come in.")
    messages.success(request, f"{told} {where}")
    return redirect("web:requests")


def _context(request: HttpRequest) -> dict[str, Any]:
    starter, trouble = _starter()
    return {
        "address": hub_address(request),
        "checks": checklist(now=request.GET.get("check") == "all"),
        "starter": starter,
        "starter_trouble": trouble,
        "some_are_listed": any(one.listed for one in starter),
        "may_ask": may(request, OPERATES),
        "has_index": Entry.objects.exists(),
        "is_fragment": wants_fragment(request),
    }


def _starter() -> tuple[list[Suggestion], str]:
    """The catalog, or why there is none."""
    try:
        return suggestions(), ""
    except HubError as error:
        return [], spoken(error)


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff
