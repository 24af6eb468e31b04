"""How a held repo came here: who wished for it, what was decided and why, and what upstream said of its terms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from hub.catalog.models import Repo
from hub.mirroring.follow import Follow
from hub.mirroring.models import Asker, Request

MOST = 50


@dataclass(frozen=True)
class Wished:
    """A request for the repo. `askers` are names, which only some people may see; there may be more than are told."""

    request: Request
    count: int
    askers: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Licence and gating from this commit on. `at` is when it was planned here."""

    commit: str
    at: datetime
    licence: str
    gated: str


@dataclass(frozen=True)
class Provenance:
    """`terms` begin with the first revision and have one entry for each change; the newest is last."""

    wishes: tuple[Wished, ...]
    terms: tuple[Terms, ...]
    follows: tuple[Follow, ...]
    aliases: tuple[str, ...]


def provenance_of(repo: Repo) -> Provenance:
    aliases = tuple(repo.aliases.values_list("key", flat=True).order_by("key")[:MOST])
    named = Q(upstream=repo.upstream_id, kind=repo.kind, key__in=[repo.key, *aliases])
    rows = Request.objects.filter(named | Q(revision__repo=repo)).distinct()
    requests = list(rows.select_related("upstream", "decided_by").annotate(count=Count("askers", distinct=True))[:MOST])
    askers: dict[int, list[str]] = {}
    labels = Asker.objects.filter(request__in=requests).order_by("pk").values_list("request_id", "label")
    for pk, label in labels[: MOST * 20]:
        askers.setdefault(pk, []).append(label)
    wishes = [Wished(one, one.count, tuple(askers.get(one.pk, ()))) for one in requests]
    follows = Follow.objects.filter(request__in=requests).select_related("request")
    return Provenance(tuple(wishes), tuple(_terms(repo)), tuple(follows), aliases)


def _terms(repo: Repo) -> Iterator[Terms]:
    before: tuple[str, str] | None = None
    for commit, at, told in repo.revisions.order_by("pk").values_list("commit", "planned_at", "told"):
        if not told:
            continue
        now = (str(told.get("licence") or ""), str(told.get("gated") or ""))
        if now != before:
            yield Terms(commit, at, *now)
        before = now
