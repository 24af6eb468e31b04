"""How well known an entry is: the order of what matches a search equally well."""

from functools import lru_cache
from math import log10

from hub.index.models import Entry

KNOWN, POPULAR = 1.75, 3.0
"""What reaches one of these is in an index of its own: of millions, a fifth, and some ten thousands."""

HELD = 0.5
"""What is held is at hand, which counts as much as three times the downloads."""

TIERS = (
    7.0,
    6.0,
    5.5,
    5.0,
    4.75,
    4.5,
    4.25,
    4.0,
    3.75,
    3.5,
    3.25,
    3.0,
    2.75,
    2.5,
    2.25,
    2.0,
    1.75,
    1.5,
    1.0,
    0.5,
    0.25,
)
"""Every entry is marked with the tiers it reaches, so that a search can look at the best known first."""


def reaches(column: str, least: float) -> str:
    """The condition of an index of its own, in SQL. Written so that it fits no index of the column itself: Postgres
    would read that, too, in the belief that the two have little in common."""
    return f"({column} >= {least}) IS TRUE"


def popularity_of(entry: Entry) -> float:
    """About 0 to 9: the magnitude of the downloads, some of the likes, more for what is held and pulled here.

    Rounded, so that a row is not written again for each download.
    """
    score = log10(1 + max(0, entry.downloads)) + 0.3 * log10(1 + max(0, entry.likes))
    if entry.held:
        pulls = entry.repo.pulls if entry.repo else 0
        score += HELD + 0.3 * log10(1 + max(0, pulls))
    return round(score, 2)


@lru_cache(maxsize=2_000)
def tiers_of(popularity: float) -> tuple[str, ...]:
    """The marks of the tiers that a popularity reaches."""
    return tuple(tier_mark(tier) for tier in TIERS if popularity >= tier)


def tier_mark(tier: float) -> str:
    """`=pop/350` of 3.5"""
    return f"=pop/{round(tier * 100)}"
