"""Entries of the index for tests of the search page, taken in as a crawl would."""

from datetime import UTC, datetime
from typing import Any

from hub.catalog.models import Repo
from hub.index.entries import take_in
from hub.index.models import Entry
from hub.index.popularity import popularity_of
from hub.index.words import words_of
from hub.names import RepoId, RepoKind
from hub.upstreams.protocol import ListedRepo
from tests import people


def repo(name: str, **facts: Any) -> ListedRepo:
    kind = RepoKind(facts.pop("kind", "model"))
    return ListedRepo(kind, RepoId.parse(name), **{"updated_at": datetime(2026, 10, 1, tzinfo=UTC), **facts})


MODELS = (
    repo(
        "BAAI/bge-small-zh-v1.5",
        summary="A small Chinese embedding model for retrieval.",
        task="feature-extraction",
        library="sentence-transformers",
        licence="mit",
        languages=("zh",),
        parameters=24_000_000,
        bytes=96_000_000,
        downloads=3_400_000,
        likes=120,
    ),
    repo(
        "Qwen/Qwen3-Embedding-0.6B",
        title="Qwen3 Embedding",
        summary="Text embeddings in more than a hundred languages, from the family of Qwen3.",
        task="feature-extraction",
        library="sentence-transformers",
        licence="apache-2.0",
        languages=("zh", "en"),
        parameters=596_000_000,
        bytes=1_200_000_000,
        downloads=8_100_000,
        likes=900,
    ),
    repo(
        "meteor/llama-like-8b",
        task="text-generation",
        library="transformers",
        licence="llama3",
        languages=("en",),
        gated="manual",
        parameters=8_000_000_000,
        bytes=16_100_000_000,
        downloads=5_000_000,
        likes=1,
    ),
    repo("acme/poems", kind="dataset", licence="cc-by-4.0", languages=("en", "de"), bytes=12_000_000, downloads=900),
)


def fill(*repos: ListedRepo, upstream: str = "huggingface") -> None:
    """Takes in these repos; MODELS where none are named."""
    take_in(people.upstream(upstream), repos or MODELS)


def many(count: int) -> list[ListedRepo]:
    """Repos that a search for "many" finds."""
    return [repo(f"acme/many-{number:03}", licence="mit", downloads=10_000 - number) for number in range(count)]


def hold(name: str) -> None:
    """Marks the entry of a repo as held, with a repo behind it."""
    entry = Entry.objects.get(key=name.lower())
    held = Repo.objects.create(
        upstream=entry.upstream, kind=entry.kind, namespace=entry.namespace, name=entry.name, key=entry.key, held=True
    )
    entry.held, entry.repo = True, held
    entry.popularity = popularity_of(entry)
    entry.words = words_of(entry, entry.upstream.slug)
    entry.save()
