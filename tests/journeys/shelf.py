"""Repositories of the stand-in upstream that only the journeys use. No two share the digest of a large file, because a
digest that the hub holds is not fetched again."""

from __future__ import annotations

from functools import cache

from tests.fakes import FakeRepo, world

from .clients import VERSIONS

MIB = 1 << 20
LARGE = 9 * MIB
"""Just above what the engine fetches whole."""
FAULTS = (
    "rate-limited",
    "unavailable",
    "reset",
    "stalled",
    "truncated",
    "corrupt-once",
    "corrupt-always",
    "range-ignored",
    "login-page",
    "expired",
)


def first_of(version: str) -> str:
    """A repo that nobody but this client pulls."""
    return f"journeys/first-{version.replace('.', '-')}"


def slow_of(version: str) -> str:
    return f"journeys/slow-{version.replace('.', '-')}"


def faulty(fault: str) -> str:
    return f"journeys/{fault}"


TOGETHER = "journeys/together"
SLOW_FILE, SLOW_START = "journeys/slow-file", "journeys/slow-start"
LARGER_THAN_THE_DISK = "journeys/larger-than-the-disk"
PATTERNS = "journeys/patterns"
FOLLOWED = "journeys/followed"
TO_APPROVE, TO_APPROVE_ON_A_PAGE, TO_REFUSE = "journeys/ask-1", "journeys/ask-2", "journeys/ask-3"
WITH_A_TOKEN, WITHOUT_A_TOKEN = "journeys/with-a-token", "journeys/without-a-token"

DELIVERED = "journeys/delivered"
"""Its large file goes out through nginx, or straight from S3."""

MADE: dict[str, list[tuple[int, int]]] = {
    **{first_of(version): [(5, 20_000 + number), (1, LARGE + number)] for number, version in enumerate(VERSIONS)},
    **{faulty(fault): [(4, 30_000 + number), (1, LARGE + 100 + number)] for number, fault in enumerate(FAULTS)},
    TOGETHER: [(40, 40_000), (1, 40 * MIB)],
    SLOW_FILE: [(3, 41_000), (1, 64 * MIB)],
    SLOW_START: [(3, 42_000), (1, 64 * MIB + 1)],
    **{slow_of(version): [(3, 43_000), (1, 24 * MIB + number)] for number, version in enumerate(VERSIONS)},
    LARGER_THAN_THE_DISK: [(3, 44_000), (1, 24 * MIB + 100)],
    FOLLOWED: [(3, 51_000), (1, LARGE + 302)],
    PATTERNS: [(2, 45_000), (1, LARGE + 300)],
    TO_APPROVE: [(2, 46_000), (1, LARGE + 301)],
    TO_APPROVE_ON_A_PAGE: [(2, 47_000)],
    TO_REFUSE: [(2, 48_000)],
    WITH_A_TOKEN: [(2, 49_000)],
    WITHOUT_A_TOKEN: [(2, 50_000)],
    DELIVERED: [(3, 51_000), (1, 12 * MIB + 7)],
}


@cache
def made(repo: str) -> FakeRepo:
    """The same bytes as the upstream's, to compare with."""
    return world.synthetic(repo, MADE[repo])


def options() -> list[str]:
    """For the command line of the stand-in."""
    groups = {repo: ",".join(f"{count}x{size}" for count, size in sizes) for repo, sizes in MADE.items()}
    return [part for repo, text in groups.items() for part in ("--synthetic", f"{repo}={text}")]
