"""A client of the hub out there, with or without a token, and small servers that do what no hub does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from hub.names import RepoId
from hub.upstreams.huggingface.client import HuggingFaceClient
from tests.fakes import FakeHub, world
from tests.fakes.wire import Origin, Request, Response

CDN = "127.0.0.2"
TINY = RepoId.parse(world.TINY)

Handler = Callable[[Request], Response]


def client_of(hub: FakeHub | str, user: str = "", hosts: tuple[str, ...] = (CDN,)) -> HuggingFaceClient:
    """Speaks to `hub` as `user`, who has to be known there; "" is nobody."""
    if isinstance(hub, str):
        return HuggingFaceClient("elsewhere", hub, user, hosts, 16)
    token = next(one.token for one in hub.gate.users.values() if one.name == user) if user else ""
    return HuggingFaceClient("huggingface", hub.url, token, hosts, 16)


@pytest.fixture
def client(out_there: FakeHub) -> HuggingFaceClient:
    return client_of(out_there)


@pytest.fixture
def member(out_there: FakeHub) -> HuggingFaceClient:
    """With the token of somebody who may read the gated and the private repo."""
    return client_of(out_there, world.MEMBER)


@pytest.fixture
def serve() -> Iterator[Callable[..., Origin]]:
    """Starts a server whose every answer comes from one function."""
    with ExitStack() as stack:

        def start(handle: Handler, host: str = "127.0.0.1") -> Origin:
            origin = Origin("strange", handle, host)
            origin.plug_in()
            stack.callback(origin.unplug)
            return origin

        yield start
