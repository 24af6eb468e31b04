"""The page of the upstreams: how each does, and what it still lets us ask. Never their tokens."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.staff import may
from hub.errors import HubError
from hub.mirroring.conditions import conditions
from hub.upstreams.models import Upstream
from hub.upstreams.patience import patience
from hub.upstreams.registry import client_for
from hub.web.fragments import wants_fragment
from hub.web.pace import place
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers

PATIENCE = 4.0
"""Seconds that the page waits for an upstream's answer."""


@dataclass(frozen=True)
class Reach:
    """Whether an upstream answered just now; `words` say what is wrong where it did not."""

    answers: bool
    words: str = ""


@require_safe
@never_cache
@for_pullers
def upstreams(request: HttpRequest) -> HttpResponse:
    """Names, pauses and numbers for everybody who may pull; addresses, errors, and those that are switched off for
    staff who may view upstreams. For them `?check=` asks one upstream whether it answers, within PATIENCE."""
    sees_more = may(request, "upstreams.view_upstream")
    rows = Upstream.objects.all() if sees_more else Upstream.objects.filter(enabled=True)
    asked = request.GET.get("check", "")
    reach = _reach(asked) if asked and sees_more else None
    if reach and wants_fragment(request):
        return render(request, "web/_reach.html", {"reach": reach, "slug": asked})
    told = conditions(list(rows))
    context = {
        "told": told,
        "conditions": told.value,
        "sees_more": sees_more,
        "may_steer": may(request, "mirroring.operate_hub"),
        "asked": asked,
        "reach": reach,
    }
    return render(request, "web/_upstreams.html" if wants_fragment(request) else "web/upstreams.html", context)


def _reach(slug: str) -> Reach:
    row = Upstream.objects.filter(slug=slug).first()
    if row is None:
        raise Http404(gettext("There is no such upstream."))
    with place(PATIENCE) as is_free:
        if not is_free:
            return Reach(False, gettext("Too many questions are under way at this moment; ask again."))
        try:
            with patience(PATIENCE):
                client_for(row).check()
        except HubError as error:
            return Reach(False, spoken(error))
    return Reach(True)
