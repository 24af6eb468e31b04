"""A client of the ModelScope out there, with or without a token."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.upstreams.modelscope.client import ModelScopeClient
from tests.fakes import FakeModelScope, world

CDN = "127.0.0.2"


def scope_client(hub: FakeModelScope | str, user: str = "", hosts: tuple[str, ...] = (CDN,)) -> ModelScopeClient:
    """Speaks to `hub` as `user`, who has to be known there; "" is nobody. `hub` may be an address, and `user` a token
    then."""
    if isinstance(hub, str):
        return ModelScopeClient("elsewhere", hub, user, hosts, 16)
    token = next(one.token for one in hub.gate.users.values() if one.name == user) if user else ""
    return ModelScopeClient("modelscope", hub.url, token, hosts, 16)


def envelope(data: Any, code: int = 200, **beside: Any) -> dict[str, Any]:
    return {"Code": code, "Data": data, "Message": "success", "RequestId": "r", "Success": code == 200, **beside}


@pytest.fixture
def out_there() -> Iterator[FakeModelScope]:
    """A ModelScope with the whole shared world in it."""
    with FakeModelScope() as hub:
        world.populate(hub, many=350)
        yield hub


@pytest.fixture
def client(out_there: FakeModelScope) -> ModelScopeClient:
    return scope_client(out_there)


@pytest.fixture
def member(out_there: FakeModelScope) -> ModelScopeClient:
    """With the token of somebody who may read the gated and the private repo."""
    return scope_client(out_there, world.MEMBER)
