"""Bytes of files: parts from the gateway and from the content network, and what may come in their place."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from hub.errors import FileMissing, HubError, RangeIgnored, UpstreamBroken, UpstreamUnreachable
from hub.names import RepoId, RepoKind
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.stream import SocketStream
from tests.fakes import FakeModelScope, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY
from tests.upstreams.modelscope.conftest import scope_client
from tests.upstreams.test_bytes import Reading

MODEL = RepoKind.MODEL
COMMIT = "c" * 40
BIG, SMALL = "model.safetensors", "config.json"
DATA = bytes(range(256)) * 40
Serve = Callable[..., Origin]


def content(hub: FakeModelScope, path: str) -> bytes:
    file = hub.repo(world.TINY).head.files[path]
    return file.source.read(0, file.size)


def opened(
    hub: FakeModelScope, client: ModelScopeClient, path: str = BIG, start: int = 0, length: int | None = None
) -> SocketStream:
    head = hub.repo(world.TINY).head
    return client.open(MODEL, TINY, head.oid, path, head.files[path].size, start, length)


@pytest.mark.parametrize("path", [BIG, SMALL])
def test_ranges_are_closed_and_whole_files_come_without(
    client: ModelScopeClient, out_there: FakeModelScope, path: str
) -> None:
    data = content(out_there, path)
    assert Reading(opened(out_there, client, path)).data == data
    assert {entry.range for entry in out_there.requests} == {""}
    assert Reading(opened(out_there, client, path, 10)).data == data[10:]
    assert out_there.requests[-1].range == f"bytes=10-{len(data) - 1}"
    assert {entry.headers["accept-encoding"] for entry in out_there.requests} == {"identity"}


@pytest.mark.parametrize("status", [200, 206])
def test_a_part_is_a_part_whatever_status_the_gateway_gives_it(
    client: ModelScopeClient, out_there: FakeModelScope, status: int
) -> None:
    out_there.quirks.closed_range = status
    data = content(out_there, SMALL)
    for start, length in ((0, 10), (5, 20), (len(data) - 1, 1)):
        assert Reading(opened(out_there, client, SMALL, start, length)).data == data[start : start + length]
    assert {entry.status for entry in out_there.requests} == {status}


def test_awkward_files_come_as_they_are(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    head = out_there.repo(world.AWKWARD).head
    for path, file in head.files.items():
        stream = client.open(MODEL, RepoId.parse(world.AWKWARD), head.oid, path, file.size)
        assert Reading(stream).data == file.source.read(0, file.size)


def test_every_address_carries_its_own_commit_and_path(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    opened(out_there, client, "tokenizer/vocab.txt").close()
    entry = out_there.requests[0]
    assert entry.target.startswith("/api/v1/models/acme/tiny/repo?")
    assert parse_qs(entry.target.partition("?")[2]) == {
        "Revision": [out_there.repo(world.TINY).head.oid],
        "FilePath": ["tokenizer/vocab.txt"],
    }


def test_sixteen_parts_of_a_file_ask_the_hub_once(out_there: FakeModelScope) -> None:
    client, data = scope_client(out_there), content(out_there, BIG)
    step = len(data) // 15
    parts = [Reading(opened(out_there, client, BIG, at, min(step, len(data) - at))) for at in range(0, len(data), step)]
    assert b"".join(part.data for part in parts) == data
    assert len(out_there.requests.matching(origin="hub")) == 1
    assert len(out_there.requests.matching(origin="cdn")) == len(parts)


def test_a_signed_address_that_has_expired_is_asked_for_again(out_there: FakeModelScope) -> None:
    client, data = scope_client(out_there), content(out_there, BIG)
    assert Reading(opened(out_there, client, BIG, 0, 100)).data == data[:100]
    out_there.faults.add("expired")
    assert Reading(opened(out_there, client, BIG, 100, 100)).data == data[100:200]
    assert len(out_there.requests.matching(origin="hub")) == 2


def test_the_token_goes_to_the_hub_in_both_forms_and_never_further(
    member: ModelScopeClient, out_there: FakeModelScope
) -> None:
    head = out_there.repo(world.GATED).head
    file = head.files[BIG]
    member.open(MODEL, RepoId.parse(world.GATED), head.oid, BIG, file.size).close()
    member.open(MODEL, RepoId.parse(world.GATED), head.oid, BIG, file.size, 5, 5).close()
    for entry in out_there.requests.matching(origin="hub"):
        token = entry.headers["authorization"].removeprefix("Bearer ")
        assert entry.headers["cookie"] == f"m_session_id={token}"
    cdn = out_there.requests.matching(origin="cdn")
    assert [entry.status for entry in cdn] == [200, 206]
    assert not any("authorization" in entry.headers or "cookie" in entry.headers for entry in cdn)


def test_a_redirect_to_a_stranger_is_not_followed(out_there: FakeModelScope) -> None:
    with pytest.raises(UpstreamBroken, match="known content network") as caught:
        opened(out_there, scope_client(out_there.url, hosts=()))
    assert "HUB_UPSTREAM_HOSTS" in caught.value.next_step


@pytest.mark.parametrize("status", [200, 404])
def test_a_missing_file_is_missing_whatever_the_status_says(
    client: ModelScopeClient, out_there: FakeModelScope, status: int
) -> None:
    out_there.quirks.missing_file = status
    head = out_there.repo(world.TINY).head
    for start, length in ((0, None), (5, 5)):
        with pytest.raises(FileMissing) as caught:
            client.open(MODEL, TINY, head.oid, "absent.txt", 500, start, length)
        assert caught.value.commit == head.oid


def json_answer(data: object, status: int = 200) -> Callable[[Request], Response]:
    body = json.dumps(data).encode()
    return lambda request: Response(status, [("Content-Type", "application/json; charset=utf-8")], body)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"Code": 10990101007, "Message": "x", "Success": False}, FileMissing),
        ({"Code": 500, "Message": "x", "Success": False}, UpstreamUnreachable),
        ({"Code": 12345, "Message": "x", "Success": False}, UpstreamBroken),
        ({"Code": 200, "Data": {}, "Success": True}, UpstreamBroken),
        ({"error": "no"}, UpstreamBroken),
    ],
)
@pytest.mark.parametrize(("start", "length"), [(0, None), (100, 100)])
def test_json_in_place_of_a_file_is_refused(
    serve: Serve, told: object, expected: type[HubError], start: int, length: int | None
) -> None:
    client = scope_client(serve(json_answer(told)).url)
    with pytest.raises(expected) as caught:
        client.open(MODEL, TINY, COMMIT, "a.bin", len(DATA), start, length)
    assert type(caught.value) is expected


def test_a_file_that_is_json_is_a_file(serve: Serve) -> None:
    told = {"Code": 404, "Success": False}
    client = scope_client(serve(json_answer(told)).url)
    size = len(json.dumps(told))
    assert Reading(client.open(MODEL, TINY, COMMIT, "a.json", size)).data == json.dumps(told).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {"Content-Range": "bytes 100-199/10240"}, DATA[:99]),
        (200, {"Content-Range": "bytes 100-199/10241"}, DATA[:100]),
        (200, {"Content-Range": "bytes 0-99/10240"}, DATA[:100]),
        (200, {"Content-Range": "bytes 0-10239/10240"}, DATA),
        (200, {}, DATA[:100]),
        (206, {"Content-Range": "bytes 100-200/10240"}, DATA[:101]),
        (416, {}, b""),
    ],
)
def test_answers_that_are_not_the_part_that_was_asked_for_are_refused(
    serve: Serve, status: int, headers: dict[str, str], body: bytes
) -> None:
    client = scope_client(serve(lambda request: Response(status, list(headers.items()), body)).url)
    with pytest.raises(UpstreamBroken):
        client.open(MODEL, TINY, COMMIT, "a.bin", len(DATA), 100, 100)


def test_a_gateway_that_ignores_ranges_is_told_apart(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    out_there.faults.add("ignore-range", times=None)
    data = content(out_there, SMALL)
    assert Reading(opened(out_there, client, SMALL, 0, 5)).data == data[:5]
    with pytest.raises(RangeIgnored):
        opened(out_there, client, SMALL, 5, 5)


def test_trouble_of_the_content_network_is_told(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    for kind, expected in (("expired", UpstreamBroken), ("status", UpstreamUnreachable)):
        out_there.faults.add(kind, origin="cdn")  # type: ignore[arg-type]
        with pytest.raises(expected, match="content network"):
            opened(out_there, client)
    out_there.faults.add("login-page", origin="hub")
    with pytest.raises(UpstreamBroken, match="web page"):
        opened(out_there, client, SMALL)
