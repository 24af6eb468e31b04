"""Hubs that are not huggingface.co: below a path, without redirects, without xet, another Entrepot."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.names import RepoId, RepoKind
from hub.upstreams.protocol import TreeFile
from tests.fakes import FakeHub, world
from tests.fakes.wire import Request, Response, Slice
from tests.upstreams.conftest import TINY, client_of

MODEL = RepoKind.MODEL
SHAPES: list[dict[str, Any]] = [
    {"path_prefix": "/hf"},
    {"path_prefix": "/some/deeper/path"},
    {"xet": False},
    {"cache_hop": "never"},
    {"cache_hop": "named"},
    {"tree_page": 2},
]


@pytest.fixture(params=SHAPES, ids=str)
def shaped(request: pytest.FixtureRequest) -> Iterator[FakeHub]:
    with FakeHub([world.tiny(), world.classic(), world.renamed()], **request.param) as hub:
        yield hub


def everything(hub: FakeHub, name: str, url: str = "") -> dict[str, bytes]:
    """All files of a repo, as the client finds and reads them."""
    client = client_of(url or hub.url)
    info = client.info(MODEL, RepoId.parse(name), "main")
    tree = [one for one in client.tree(MODEL, info.repo_id, info.commit) if isinstance(one, TreeFile)]
    found = {}
    for entry in tree:
        view, position = memoryview(bytearray(entry.size)), 0
        with client.open(MODEL, info.repo_id, info.commit, entry.path, entry.size) as stream:
            while count := stream.readinto(view[position:]):
                position += count
        found[entry.path] = bytes(view)
    return found


def contents(hub: FakeHub, name: str) -> dict[str, bytes]:
    return {path: file.source.read(0, file.size) for path, file in hub.repo(name).head.files.items()}


def test_any_shape_of_hub_gives_the_same_files(shaped: FakeHub) -> None:
    for name in (world.TINY, world.CLASSIC_FROM, world.RENAMED_FROM):
        assert everything(shaped, name) == contents(shaped, name)


def test_a_slash_at_the_end_of_the_address_changes_nothing(shaped: FakeHub) -> None:
    assert everything(shaped, world.TINY, shaped.url + "/") == contents(shaped, world.TINY)


def test_a_mirror_that_answers_everything_itself_is_an_upstream() -> None:
    """200 without redirects, and none of the hub's own headers."""
    with FakeHub([world.tiny()], cache_hop="never") as hub:
        plain = hub.hub_origin.handle

        def direct(request: Request) -> Response:
            response = plain(request)
            if response.status == 302:
                path = request.path.partition(f"/resolve/{hub.repo(world.TINY).head.oid}/")[2]
                file = hub.repo(world.TINY).head.files[path]
                response = Response(200, [], Slice(file.source, 0, file.size))
            response.headers = [pair for pair in response.headers if not pair[0].lower().startswith(("x-", "etag"))]
            return response

        hub.hub_origin.handle = direct
        assert everything(hub, world.TINY) == contents(hub, world.TINY)
        assert hub.requests.matching(origin="cdn") == []


def test_nothing_but_the_files_is_asked_for(shaped: FakeHub) -> None:
    everything(shaped, world.TINY)
    asked = {
        entry.path.removeprefix(shaped.path_prefix).split("/")[1] for entry in shaped.requests.matching(origin="hub")
    }
    assert asked <= {"api", "acme"}
    assert not shaped.requests.matching(containing="xet-read-token")
    assert not shaped.requests.matching(containing="agent-harnesses")
    assert {entry.method for entry in shaped.requests} == {"GET"}
    assert str(TINY) in shaped.requests[0].target
