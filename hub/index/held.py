"""What is held here has an entry too, whether or not an upstream's listing was ever read."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from hub.catalog.models import PullCount, Repo, Revision
from hub.catalog.search import head_pins
from hub.index.models import NEVER, PULLED, Entry
from hub.index.popularity import popularity_of
from hub.index.vocabulary import LANGUAGES
from hub.index.words import words_of

TRENDING_DAYS = 7


def note_held(repo: Repo) -> None:
    """Makes the entry of a repo tell what is held of it now; lets go of it where nothing is held any more.

    Call it wherever a revision was published or retired, or a repo renamed, in the same transaction.
    """
    with transaction.atomic():
        now = Repo.objects.select_related("upstream").filter(pk=repo.pk).first()
        for entry in Entry.objects.filter(held=True, upstream=repo.upstream_id, kind=repo.kind, repo=None):
            _let_go(entry)
        for entry in Entry.objects.filter(repo=repo.pk):
            if now is None or not now.held or entry.key != now.key:
                _let_go(entry)
        if now is not None and now.held:
            _hold(now)


def note_all_held(only_new: bool = False) -> int:
    """The same for every held repo, or for those without an entry; how many these were."""
    repos = Repo.objects.filter(held=True)
    count = 0
    for repo in (repos.filter(entry=None) if only_new else repos).order_by("pk").iterator(chunk_size=500):
        note_held(repo)
        count += 1
    return count


def note_pulled() -> None:
    """What was pulled here in the last days is what trends."""
    since = timezone.now().date() - timedelta(days=TRENDING_DAYS - 1)
    sums = PullCount.objects.filter(day__gte=since).values_list("repo").annotate(recent=Sum("pulls")).order_by()
    recent = {repo: float(count or 0) for repo, count in sums}
    rows = Entry.objects.filter(Q(repo__in=recent) | Q(trending__gte=PULLED))
    for entry in rows.defer("words").iterator(chunk_size=500):
        trending = recent.get(entry.repo_id, 0.0) * PULLED + entry.trending % PULLED
        if trending != entry.trending:
            Entry.objects.filter(pk=entry.pk).update(trending=trending)


def _hold(repo: Repo) -> None:
    place = {"upstream": repo.upstream, "kind": repo.kind, "key": repo.key}
    Entry.objects.get_or_create(**place, defaults={"namespace": repo.namespace, "name": repo.name, "seen_at": NEVER})
    entry = Entry.objects.select_for_update().get(**place)
    for name, value in _facts(repo, entry).items():
        setattr(entry, name, value)
    entry.repo, entry.upstream = repo, repo.upstream
    entry.popularity = popularity_of(entry)
    entry.words = words_of(entry, repo.upstream.slug)
    entry.save()


def _let_go(entry: Entry) -> None:
    """What no listing tells of is gone with the last that was held of it."""
    if entry.seen_at == NEVER:
        entry.delete()
        return
    entry.held, entry.repo = False, None
    entry.popularity = popularity_of(entry)
    entry.words = words_of(entry, entry.upstream.slug)
    entry.save(update_fields=["held", "repo", "popularity", "words"])


def _facts(repo: Repo, entry: Entry) -> dict[str, Any]:
    """What the repo tells. Where it tells nothing, a listing may have told more."""
    head = head_pins([repo.pk]).get(repo.pk)
    revision = Revision.objects.filter(pk=head.revision_pk).first() if head else None
    info = revision.info if revision else {}
    told: dict[str, Any] = {
        "task": repo.pipeline_tag,
        "library": repo.library_name,
        "licence": repo.licence,
        "tags": [str(tag) for tag in repo.tags],
        "base_models": repo.base_models,
        "languages": _languages(repo.tags, info.get("cardData")),
        "parameters": _parameters(info),
        "bytes": _bytes(revision) if revision else 0,
        "created_at": repo.upstream_created_at,
        "updated_at": repo.upstream_modified_at,
        "downloads": max(entry.downloads, repo.upstream_downloads, repo.pulls),
        "likes": max(entry.likes, repo.upstream_likes),
        "commit": entry.commit or (head.commit if head else ""),
    }
    facts = {name: value for name, value in told.items() if value}
    fixed = {"namespace": repo.namespace, "name": repo.name, "gated": repo.gated, "held": True}
    return facts | fixed | {"vanished_at": repo.missing_upstream_since}


def _languages(tags: Iterable[Any], card: object) -> list[str]:
    """Of the card, or the tags that are codes of languages."""
    told = card.get("language") if isinstance(card, dict) else None
    if isinstance(told, str):
        return [told]
    if isinstance(told, list):
        return [str(code) for code in told if isinstance(code, str)]
    return [str(tag) for tag in tags if tag in LANGUAGES]


def _parameters(info: dict[str, Any]) -> int:
    safetensors = info.get("safetensors")
    total = safetensors.get("total") if isinstance(safetensors, dict) else None
    return int(total) if isinstance(total, int | float) and 0 < total < 1e18 else 0


def _bytes(revision: Revision) -> int:
    size: int = revision.files.filter(blob__isnull=False).aggregate(size=Sum("size"))["size"] or 0
    return size
