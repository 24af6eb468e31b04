"""A few hundred repos that people know, as the hubs tell of them, among many that nobody knows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

from hub.index.models import Entry
from hub.index.popularity import popularity_of
from hub.index.words import words_of
from hub.upstreams.models import Upstream
from tests.bench.entries import entries, rank_of

FOLDER = Path(__file__).parent
NOISE = 300
UNKNOWN = 20_000
"""The rank by downloads behind which nobody knows a repo."""


def listed(upstream: Upstream, repo_id: str, **facts: Any) -> Entry:
    """A row as the crawler writes it."""
    namespace, _, name = repo_id.rpartition("/")
    entry = Entry(upstream=upstream, namespace=namespace, name=name, key=repo_id.lower(), **{"kind": "model", **facts})
    entry.popularity = popularity_of(entry)
    entry.words = words_of(entry, upstream.slug)
    return entry


def known(upstream: Upstream) -> Iterator[Entry]:
    for line in (FOLDER / "corpus.txt").read_text().splitlines():
        if not line.startswith("#"):
            yield _read(upstream, [part.strip() for part in line.split("|", 8)])


def noise(upstream: Upstream) -> Iterator[Entry]:
    numbers = (number for number in count() if rank_of(number, 10_000) > UNKNOWN)
    for number in islice(numbers, NOISE):
        yield from entries(number, number + 1, 10_000, [upstream])


def _read(upstream: Upstream, parts: list[str]) -> Entry:
    (kind, repo_id), task, library, licence, languages, downloads, likes, tags, summary = parts[0].split(), *parts[1:]
    told = [task, library, *languages.split(), *tags.split(), *([f"license:{licence}"] if licence else [])]
    return listed(
        upstream,
        repo_id,
        kind=kind,
        task=task,
        library=library,
        licence=licence,
        languages=languages.split(),
        tags=[tag for tag in told if tag],
        downloads=int(downloads) * 1000,
        likes=int(likes),
        summary=summary,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=int(downloads)),
    )
