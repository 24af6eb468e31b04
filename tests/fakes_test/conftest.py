from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes import FakeHub, FakeModelScope, User, world
from tests.fakes.access import QUOTAS
from tests.fakes.server import FakeServer


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """The shared world, with fewer files in the big repository so that it is made quickly."""
    with FakeHub(quotas=QUOTAS) as hub:
        world.populate(hub, many=350)
        yield hub


@pytest.fixture
def scope() -> Iterator[FakeModelScope]:
    """The same world on the fake ModelScope."""
    with FakeModelScope() as scope:
        world.populate(scope, many=350)
        yield scope


def user_of(server: FakeServer, name: str) -> User:
    return next(user for user in server.gate.users.values() if user.name == name)


@pytest.fixture
def member(hub: FakeHub) -> User:
    return user_of(hub, world.MEMBER)


@pytest.fixture
def outsider(hub: FakeHub) -> User:
    return user_of(hub, world.OUTSIDER)


@pytest.fixture
def scope_member(scope: FakeModelScope) -> User:
    return user_of(scope, world.MEMBER)


@pytest.fixture
def scope_outsider(scope: FakeModelScope) -> User:
    return user_of(scope, world.OUTSIDER)
