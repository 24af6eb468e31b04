"""The page of one held repo: its files with digests, its revisions, and who pulls it how often."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hub.catalog.lookup import find_named_repo, find_revision
from hub.catalog.models import PullCount, Repo
from hub.catalog.sameness import Sameness, same_weights
from hub.catalog.synonyms import suggested
from hub.errors import BadName, Missing, RepoMissing
from hub.names import RepoId, RepoKind
from hub.web.visitors import for_pullers, hub_address

FILES = 500
DAYS = 30
CHART_HEIGHT = 60


@require_safe
@for_pullers
def repo_detail(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """`?revision=` chooses a published revision; the default ref otherwise. `name` may begin with an upstream's, as in
    `modelscope:org/name`, where several have the id."""
    try:
        repo = _found(RepoKind(kind.removesuffix("s")), name)
        revision = find_revision(repo, request.GET.get("revision", ""))
    except (Missing, BadName, ValueError) as error:
        raise Http404(error.words if isinstance(error, (Missing, BadName)) else f"There is no kind {kind}.") from error
    same = same_weights(revision)
    files = revision.files.select_related("blob").order_by("position")
    context = {
        "repo": repo,
        "revision": revision,
        "files": Paginator(files, FILES).get_page(request.GET.get("page")),
        "totals": files.aggregate(files=Count("pk"), bytes=Sum("size"), held=Count("pk", filter=Q(blob__isnull=False))),
        "revisions": repo.revisions.exclude(published_at=None).prefetch_related("refs")[:20],
        "pulls": _pulls_by_day(repo),
        "same_weights": same,
        "namesakes": _namesakes(repo, same),
        "address": hub_address(request),
    }
    return render(request, "web/repo.html", context)


def _found(kind: RepoKind, name: str) -> Repo:
    try:
        return find_named_repo(kind, name)
    except RepoMissing as error:
        raise suggested(error, kind, RepoId.parse(name.rpartition(":")[2])) from None


def _namesakes(repo: Repo, same: list[Sameness]) -> list[Repo]:
    """Held repos of the same id at other upstreams, of which nothing else on the page speaks."""
    told = [one.repo.pk for one in same]
    others = Repo.objects.filter(kind=repo.kind, key=repo.key, held=True).exclude(pk__in=[repo.pk, *told])
    return list(others.select_related("upstream"))


def _pulls_by_day(repo: Repo) -> list[dict[str, Any]]:
    """The last DAYS days in order, also those without a pull, with the place of each one's bar in the chart."""
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    counted = dict(PullCount.objects.filter(repo=repo, day__gte=first).values_list("day", "pulls"))
    most = max(counted.values(), default=0) or 1
    days = []
    for number in range(DAYS):
        day = first + timedelta(days=number)
        pulls = counted.get(day, 0)
        # A day without a pull keeps a line of one pixel, so that the chart has a ground.
        height = max(1, pulls * CHART_HEIGHT // most)
        days.append({"day": day, "pulls": pulls, "top": CHART_HEIGHT - height, "height": height})
    return days
