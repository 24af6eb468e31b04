"""Where a held repo comes from: who wished for it and why it was let in, its terms, its likes, and who pulls it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hub.accounts.staff import may
from hub.catalog.models import PullCount, Repo
from hub.catalog.sameness import Sameness, same_weights
from hub.index.models import Entry
from hub.mirroring.provenance import Wished, provenance_of
from hub.web.charts import PULLS, Chart, day_bars
from hub.web.entry_addresses import upstream_page
from hub.web.repo_frame import frame_of, opened
from hub.web.timeline import moments_of
from hub.web.visitors import for_pullers

SPANS = (30, 90)
"""Days that the chart may show."""


@require_safe
@for_pullers
def repo_about(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """`?days=` is one of SPANS. Names of people are shown to staff who may see requests, and to nobody else."""
    view = opened(kind, name, request.GET.get("revision", ""))
    repo, same = view.repo, same_weights(view.revision)
    days = next((span for span in SPANS if str(span) == request.GET.get("days")), SPANS[0])
    found = provenance_of(repo)
    context = frame_of(request, view, "repo-about") | {
        "provenance": found,
        "wishes": [_wish(wished, request) for wished in found.wishes],
        "may_see_people": may(request, "mirroring.view_request"),
        "same_weights": same,
        "namesakes": _namesakes(repo, same),
        "bases": _bases(repo),
        "chart": pulls_by_day(repo, days),
        "days": days,
        "spans": SPANS,
        "sums": PullCount.objects.filter(repo=repo).aggregate(files=Sum("files"), bytes=Sum("bytes")),
        "upstream_page": upstream_page(repo.upstream, repo.kind, str(repo.repo_id)),
    }
    return render(request, "web/repo_about.html", context)


def pulls_by_day(repo: Repo, days: int) -> Chart:
    """The last so many days (UTC), also those without a pull."""
    first = timezone.now().date() - timedelta(days=days - 1)
    counted: dict[date, int] = dict(PullCount.objects.filter(repo=repo, day__gte=first).values_list("day", "pulls"))
    every = [first + timedelta(days=number) for number in range(days)]
    return day_bars([(day, counted.get(day, 0)) for day in every], gettext("Pulls by day"), PULLS)


def _wish(wished: Wished, request: HttpRequest) -> dict[str, Any]:
    return {
        "request": wished.request,
        "count": wished.count,
        "askers": wished.askers,
        "moments": moments_of(wished.request, request),
    }


def _namesakes(repo: Repo, same: list[Sameness]) -> list[Repo]:
    """Held repos of the same id at other upstreams, of which nothing else on the page speaks."""
    told = [one.repo.pk for one in same]
    others = Repo.objects.filter(kind=repo.kind, key=repo.key, held=True).exclude(pk__in=[repo.pk, *told])
    return list(others.select_related("upstream"))


def _bases(repo: Repo) -> list[tuple[str, Repo | Entry | None]]:
    """The models that it was made from: as they are held here, else as they are indexed."""
    names = [str(name) for name in repo.base_models[:20]]
    keys = [name.lower() for name in names]
    found: dict[str, Repo | Entry] = {}
    for entry in Entry.objects.filter(kind=repo.kind, key__in=keys).select_related("upstream"):
        if entry.key not in found or entry.upstream_id == repo.upstream_id:
            found[entry.key] = entry
    for held in Repo.objects.filter(kind=repo.kind, key__in=keys, held=True).select_related("upstream"):
        found[held.key] = held
    return [(name, found.get(name.lower())) for name in names]
