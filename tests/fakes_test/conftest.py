from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes import FakeHub, User, world
from tests.fakes.access import QUOTAS


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """The shared world, with fewer files in the big repository so that it is made quickly."""
    with FakeHub(quotas=QUOTAS) as hub:
        world.populate(hub, many=350)
        yield hub


@pytest.fixture
def member(hub: FakeHub) -> User:
    return next(user for user in hub.gate.users.values() if user.name == world.MEMBER)


@pytest.fixture
def outsider(hub: FakeHub) -> User:
    return next(user for user in hub.gate.users.values() if user.name == world.OUTSIDER)
