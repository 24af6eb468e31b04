"""Which held repos have some of these weights, by sha256: before there is a row for the repo that is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from hub.catalog.models import Repo, RepoFile
from hub.catalog.sameness import SAMPLE

MOST = 5
LIMIT = 2000


@dataclass(frozen=True)
class Holder:
    """`files` are the weight files that `repo` has too, `bytes` their size."""

    repo: Repo
    files: int
    bytes: int


def holders_of(weights: Mapping[str, int], without: Q | None = None) -> list[Holder]:
    """Held repos with the most bytes of these weights, sha256 -> size; the largest SAMPLE are looked for. `without`
    leaves out repos, by their columns."""
    largest = sorted(weights, key=lambda sha256: -weights[sha256])[:SAMPLE]
    rows = RepoFile.objects.filter(
        blob__sha256__in=largest, revision__published_at__isnull=False, revision__repo__held=True
    )
    # One row for each repo and file, however many of its revisions have it.
    pairs = rows.order_by().values_list("revision__repo", "blob__sha256").distinct()[:LIMIT]
    found: dict[int, set[str]] = {}
    for repo, sha256 in pairs:
        found.setdefault(repo, set()).add(sha256)
    repos = Repo.objects.filter(pk__in=found).select_related("upstream")
    repos = repos.exclude(without) if without is not None else repos
    told = [Holder(repo, len(found[repo.pk]), sum(weights[one] for one in found[repo.pk])) for repo in repos]
    return sorted(told, key=lambda holder: (-holder.bytes, holder.repo.pk))[:MOST]
