"""Repositories of the stand-in ModelScope that only the journeys use. No two share the digest of a large file, here or
on the other shelf, because a digest that the hub holds is not fetched again, from whichever hub it came."""

from __future__ import annotations

from functools import cache

from tests.fakes import FakeRepo, world

from .modelscope_clients import VERSIONS
from .shelf import LARGE, MIB

FAULTS = ("rate-limited", "unavailable", "cut", "corrupt", "login-page", "expired", "corrupt-always")


def first_of(version: str) -> str:
    """A repo that nobody but this client pulls."""
    return f"journeys/first-{version.replace('.', '-')}"


def faulty(fault: str) -> str:
    return f"journeys/{fault}"


SHARED = "journeys/shared"
CAPITALS = "Journeys/Written-Large"
PARALLEL, CUT = "journeys/parallel", "journeys/cut"
LARGER_THAN_A_PART = "journeys/larger-than-a-part"
TO_APPROVE, TO_REFUSE = "journeys/to-approve", "journeys/to-refuse"
WITH_A_TOKEN, WITHOUT_A_TOKEN = "journeys/with-a-token", "journeys/without-a-token"
DELIVERED = "journeys/delivered-from-modelscope"
ONLY_HERE = "journeys/only-on-modelscope"

MADE: dict[str, list[tuple[int, int]]] = {
    **{first_of(version): [(5, 60_000 + number), (1, LARGE + 500 + number)] for number, version in enumerate(VERSIONS)},
    **{faulty(fault): [(4, 70_000 + number), (1, LARGE + 600 + number)] for number, fault in enumerate(FAULTS)},
    SHARED: [(6, 61_000), (1, LARGE + 510)],
    CAPITALS: [(2, 61_500)],
    PARALLEL: [(2, 62_000), (1, 24 * MIB + 511)],
    LARGER_THAN_A_PART: [(1, 168 * MIB + 511)],
    CUT: [(1, 48 * MIB + 512)],
    TO_APPROVE: [(2, 63_000), (1, LARGE + 513)],
    TO_REFUSE: [(2, 64_000)],
    WITH_A_TOKEN: [(2, 65_000)],
    WITHOUT_A_TOKEN: [(2, 66_000)],
    DELIVERED: [(3, 68_000), (1, 12 * MIB + 515)],
    ONLY_HERE: [(4, 67_000), (1, LARGE + 514)],
}
LARGE_FILE = "group-1/part-00000.safetensors"


@cache
def made(repo: str) -> FakeRepo:
    """The same bytes as the upstream's, to compare with."""
    return world.synthetic(repo, MADE[repo])


def options() -> list[str]:
    """For the command line of the stand-in."""
    groups = {repo: ",".join(f"{count}x{size}" for count, size in sizes) for repo, sizes in MADE.items()}
    return [part for repo, text in groups.items() for part in ("--synthetic", f"{repo}={text}")]
