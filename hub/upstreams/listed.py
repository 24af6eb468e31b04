"""Entries of a listing that nobody takes on trust: bounded texts, lists and numbers, as an index can keep them."""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from hub.errors import BadName
from hub.names import RepoId
from hub.upstreams.protocol import ListedRepo, ListingPage, Slice
from hub.upstreams.told import clean, count_of, text_of, texts_of

LONGEST_WORD = 100
LONGEST_TITLE = 200
LONGEST_SUMMARY = 500
MOST_WORDS = 100
"""Of tags, languages and base models each: some repos carry thousands."""
LARGEST_SCORE = 1e12
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class Odd(Exception):
    """An entry that tells of no repo, or of one that is not for everybody."""


def id_in(value: Any) -> RepoId:
    """Raises Odd."""
    try:
        return RepoId.parse(text_of(value))
    except BadName as error:
        raise Odd(error.sentence) from None


def word_in(value: Any) -> str:
    """A short text; "" for one that is too long to be a name of anything."""
    text = text_of(clean(value))
    return text if len(text) <= LONGEST_WORD else ""


def words_in(value: Any) -> tuple[str, ...]:
    """Short texts, each once, without those that are no name of anything."""
    words = (word_in(text) for text in texts_of(value)[: 10 * MOST_WORDS])
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def line_in(value: Any, longest: int) -> str:
    """A text on one line, cut off with an ellipsis where it is longer."""
    text = text_of(clean(value))[: 20 * longest]
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def whole_in(value: Any) -> int:
    """A count; also one that is written as a float, as data frames do."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return count_of(value)


def score_in(value: Any) -> float:
    """A finite number that is not negative; 0.0 for anything else."""
    if type(value) not in (int, float) or not 0 <= value <= LARGEST_SCORE or not math.isfinite(value):
        return 0.0
    return float(value)


def time_in(value: datetime | None) -> datetime | None:
    """A time that every database takes and that can be true."""
    return value if value is not None and EARLIEST <= value <= LATEST else None


def page_of(
    entries: Iterable[Any], read: Callable[[Any], ListedRepo | None], part: Slice, following: str
) -> ListingPage:
    """The repos of a page, without those that are odd or have not changed after `since`; no next page behind those.

    `read` gives None for an entry that makes sense and was not asked for.
    """
    repos, skipped = [], 0
    for entry in entries:
        try:
            if (repo := read(entry)) is not None:
                repos.append(repo)
        except Odd:
            skipped += 1
    since = part.since
    if since is not None:
        # Only the last one decides: an entry that stands at a wrong place must not end the listing early.
        times = [repo.updated_at for repo in repos if repo.updated_at is not None]
        following = "" if times and times[-1] < since else following
        repos = [repo for repo in repos if repo.updated_at is None or repo.updated_at >= since]
    return ListingPage(tuple(repos), following, skipped)


def named(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs of a query that say something."""
    return ((name, value) for name, value in pairs if value)
