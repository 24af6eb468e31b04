"""What people use: the repos that are pulled most, and the clients that ask for new ones."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Sum
from django.utils import timezone

from hub.catalog.models import PullCount, Repo
from hub.mirroring.kept import Kept, Told
from hub.mirroring.models import Asker

SECONDS = 60.0
DAYS = 30
MOST = 20
MOST_CLIENTS = 10


@dataclass(frozen=True)
class Favourite:
    """Downloads of one held repo in DAYS; `bytes` are those that answers promised."""

    repo: Repo
    pulls: int
    files: int
    bytes: int


@dataclass(frozen=True)
class Favourites:
    """`clients` are (name of the program, how many askers used it), from what clients say of themselves."""

    repos: tuple[Favourite, ...]
    clients: tuple[tuple[str, int], ...]


def favourites() -> Told[Favourites]:
    return _kept.get()


def _count() -> Favourites:
    return Favourites(_repos(), _clients())


_kept = Kept("favourites", _count, SECONDS)


def _repos() -> tuple[Favourite, ...]:
    rows = PullCount.objects.filter(day__gte=timezone.now().date() - timedelta(days=DAYS - 1), repo__held=True)
    sums = rows.values("repo").annotate(p=Sum("pulls"), f=Sum("files"), b=Sum("bytes")).order_by("-p", "-b", "repo")
    found = list(sums.filter(p__gt=0)[:MOST])
    repos = Repo.objects.select_related("upstream").in_bulk([row["repo"] for row in found])
    return tuple(Favourite(repos[row["repo"]], row["p"], row["f"], row["b"]) for row in found if row["repo"] in repos)


def _clients() -> tuple[tuple[str, int], ...]:
    since = timezone.now() - timedelta(days=DAYS)
    rows = Asker.objects.filter(asked_at__gte=since).exclude(client="").values_list("client")
    counts: Counter[str] = Counter()
    for client, count in rows.annotate(count=Count("pk")).order_by("-count")[:500]:
        counts[client.split("/")[0].split(";")[0].strip()[:40] or "?"] += count
    return tuple(counts.most_common(MOST_CLIENTS))
