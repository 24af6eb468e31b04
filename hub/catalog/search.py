"""Finds held repos by words, tags and facts, in the orders and pages of the hubs' own lists.

Tags are compared in Python: a hub holds thousands of repos, not millions, and SQLite cannot look into JSON lists.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from hub.catalog.models import PullCount, Ref, Repo, Revision
from hub.catalog.shelves import Pin
from hub.names import RepoKind

TRENDING_DAYS = 7


class Sort(StrEnum):
    """`trending` counts this hub's own pulls of the last TRENDING_DAYS, `downloads` all of them."""

    TRENDING = "trending"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    CREATED = "created"
    MODIFIED = "modified"


@dataclass(frozen=True)
class Search:
    """Every condition must hold; empty ones hold always. `tags` are compared in lower case. `parameters` bounds the
    number of a model's parameters, where upstream told it."""

    kind: RepoKind
    words: Sequence[str] = ()
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    pipeline_tag: str = ""
    parameters: tuple[float, float] | None = None
    sort: Sort = Sort.TRENDING
    ascending: bool = False


@dataclass(frozen=True)
class Hit:
    """A held repo and its place in the order: `score` and the id."""

    pk: int
    key: str
    score: float

    @property
    def place(self) -> list[Any]:
        return [self.score, self.key, self.pk]


@dataclass(frozen=True)
class Page:
    """`after` is the place of the last hit where more follow, else None."""

    hits: list[Hit]
    after: list[Any] | None
    trending: dict[int, int] = field(default_factory=dict)


def search(wish: Search, limit: int, after: Sequence[Any] | None = None) -> Page:
    """At most `limit` hits behind the place `after`. Pages do not shift when repos come and go in between."""
    trending = _trending(wish.kind) if wish.sort is Sort.TRENDING else {}
    hits = sorted(_hits(wish, trending), key=lambda hit: _order(wish, hit.score, hit.key, hit.pk))
    if after is not None:
        score, key, pk = after
        place = _order(wish, float(score), str(key), int(pk))
        hits = [hit for hit in hits if _order(wish, hit.score, hit.key, hit.pk) > place]
    page = hits[:limit]
    return Page(page, page[-1].place if len(hits) > limit else None, trending)


def tags_in_use(kind: RepoKind) -> Iterator[tuple[str, str, list[str]]]:
    """(pipeline tag, library, tags) of every held repo of a kind."""
    rows = Repo.objects.filter(kind=kind, held=True)
    yield from rows.values_list("pipeline_tag", "library_name", "tags").iterator()


def head_pins(repo_pks: Sequence[int]) -> dict[int, Pin]:
    """The published revision that stands for each repo: its default ref, else the newest."""
    heads: dict[int, Pin] = {}
    for start in range(0, len(repo_pks), 500):
        some = repo_pks[start : start + 500]
        newest = Revision.objects.filter(repo__in=some, published_at__isnull=False).order_by("published_at")
        heads |= {repo: Pin(pk, commit) for repo, pk, commit in newest.values_list("repo_id", "pk", "commit")}
        refs = Ref.objects.filter(repo__in=some, revision__published_at__isnull=False)
        for repo, name, default, pk, commit in refs.values_list(
            "repo_id", "name", "repo__default_ref", "revision_id", "revision__commit"
        ):
            if name == default:
                heads[repo] = Pin(pk, commit)
    return heads


def _order(wish: Search, score: float, key: str, pk: int) -> tuple[float, str, int]:
    return (score if wish.ascending else -score, key, pk)


def _hits(wish: Search, trending: dict[int, int]) -> Iterator[Hit]:
    wanted = {tag.lower() for tag in wish.tags}
    rows = _rows(wish).values_list(
        "pk", "key", "tags", "pulls", "upstream_likes", "upstream_created_at", "upstream_modified_at", "library_name"
    )
    sizes = _parameters(wish) if wish.parameters else None
    for pk, key, tags, pulls, likes, created, modified, library in rows:
        known = {str(tag).lower() for tag in tags} | {library.lower()}
        if not wanted <= known or (sizes is not None and pk not in sizes):
            continue
        scores = {
            Sort.TRENDING: trending.get(pk, 0),
            Sort.DOWNLOADS: pulls,
            Sort.LIKES: likes,
            Sort.CREATED: created.timestamp() if created else 0,
            Sort.MODIFIED: modified.timestamp() if modified else 0,
        }
        yield Hit(pk, key, float(scores[wish.sort]))


def _rows(wish: Search) -> QuerySet[Repo]:
    rows = Repo.objects.filter(kind=wish.kind, held=True).order_by()
    for word in wish.words:
        for part in word.lower().split():
            rows = rows.filter(key__contains=part)
    for author in wish.authors:
        rows = rows.filter(namespace__iexact=author)
    return rows.filter(pipeline_tag=wish.pipeline_tag) if wish.pipeline_tag else rows


def _parameters(wish: Search) -> set[int]:
    """Repos with a published revision whose safetensors hold so many parameters."""
    least, most = wish.parameters or (0.0, float("inf"))
    found: set[int] = set()
    rows = Revision.objects.filter(repo__kind=wish.kind, repo__held=True, published_at__isnull=False)
    for repo, info in rows.values_list("repo_id", "info").iterator():
        safetensors = info.get("safetensors")
        total = safetensors.get("total") if isinstance(safetensors, dict) else None
        if isinstance(total, int | float) and least <= total <= most:
            found.add(repo)
    return found


def _trending(kind: RepoKind) -> dict[int, int]:
    since = datetime.now(UTC).date() - timedelta(days=TRENDING_DAYS - 1)
    counts = PullCount.objects.filter(repo__kind=kind, day__gte=since).values("repo_id").order_by()
    return dict(counts.annotate(recent=Coalesce(Sum("pulls"), 0)).values_list("repo_id", "recent"))
