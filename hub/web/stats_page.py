"""The page of statistics: what is pulled, how much of it, and by which programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.mirroring.favourites import DAYS, favourites
from hub.mirroring.totals import totals
from hub.web.charts import BYTES, PULLS, day_bars
from hub.web.visitors import for_pullers


@require_safe
@never_cache
@for_pullers
def stats(request: HttpRequest) -> HttpResponse:
    """Numbers only, which name no person and no address: for everybody who may pull."""
    now, told = totals(), favourites()
    context = {
        "now": now,
        "told": told,
        "days": DAYS,
        "pulls": sum(day.pulls for day in now.days),
        "served": sum(day.bytes for day in now.days),
        "charts": [
            day_bars([(day.day, day.pulls) for day in now.days], gettext("Pulls by day"), PULLS),
            day_bars([(day.day, day.bytes) for day in now.days], gettext("Served by day"), BYTES),
        ],
    }
    return render(request, "web/stats.html", context)
