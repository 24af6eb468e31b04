"""Bytes of files: every fault that the fake hub can make, and answers that are not what was asked for."""

import re
from collections.abc import Callable

import pytest

from hub.errors import FileMissing, HubError, RangeIgnored, UpstreamBroken, UpstreamUnreachable
from hub.names import RepoId, RepoKind
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.stream import SocketStream
from tests.fakes import FakeHub, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY, client_of

MODEL = RepoKind.MODEL
COMMIT = "c" * 40
BIG, SMALL = "model.safetensors", "config.json"
DATA = bytes(range(256)) * 40
Serve = Callable[..., Origin]


class Reading:
    """What came of reading a file: the bytes, and the error in the end if there was one."""

    def __init__(self, stream: SocketStream, buffer: int = 4096) -> None:
        self.data = bytearray()
        self.error: HubError | None = None
        view = memoryview(bytearray(buffer))
        try:
            with stream:
                while count := stream.readinto(view):
                    self.data += view[:count]
        except HubError as error:
            self.error = error


def content(hub: FakeHub, path: str = BIG) -> bytes:
    file = hub.repo(world.TINY).head.files[path]
    return file.source.read(0, file.size)


def opened(
    hub: FakeHub, client: HuggingFaceClient, path: str = BIG, start: int = 0, length: int | None = None
) -> SocketStream:
    head = hub.repo(world.TINY).head
    return client.open(MODEL, TINY, head.oid, path, head.files[path].size, start, length)


@pytest.mark.parametrize("path", [BIG, SMALL])
def test_parts_are_asked_for_by_range_and_whole_files_without(
    client: HuggingFaceClient, out_there: FakeHub, path: str
) -> None:
    data = content(out_there, path)
    assert Reading(opened(out_there, client, path)).data == data
    assert {entry.range for entry in out_there.requests} == {""}
    assert Reading(opened(out_there, client, path, 10, 50)).data == data[10:60]
    assert out_there.requests[-1].range == "bytes=10-59"
    assert {entry.headers["accept-encoding"] for entry in out_there.requests} == {"identity"}


def test_awkward_and_empty_files_come_as_they_are(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.AWKWARD).head
    for path, file in head.files.items():
        stream = client.open(MODEL, RepoId.parse(world.AWKWARD), head.oid, path, file.size)
        assert Reading(stream).data == file.source.read(0, file.size)


def test_connections_are_used_again(client: HuggingFaceClient, serve: Serve) -> None:
    origin = serve(lambda request: Response(200, [], DATA))
    client = client_of(origin.url)
    for _ in range(5):
        assert Reading(client.open(MODEL, TINY, COMMIT, "a.bin", len(DATA))).data == DATA
    assert len(origin._connections) == 1


def test_a_file_that_breaks_off_leaves_the_bytes_that_came(client: HuggingFaceClient, out_there: FakeHub) -> None:
    data = content(out_there)
    for kind in ("truncate", "reset"):
        out_there.faults.add(kind, origin="cdn", after=30_000)
        reading = Reading(opened(out_there, client))
        assert type(reading.error) is UpstreamBroken
        assert f"of {len(data)} bytes" in reading.error.sentence
        assert not reading.error.permanent
        assert reading.data == data[:30_000]


def test_a_broken_stream_stays_broken(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("truncate", origin="cdn", after=100)
    stream = opened(out_there, client)
    view = memoryview(bytearray(4096))
    stream.readinto(view)
    for _ in range(3):
        with pytest.raises(UpstreamBroken):
            stream.readinto(view)


def test_a_file_that_stalls_is_given_up(
    client: HuggingFaceClient, out_there: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.upstreams.connections.READ_SECONDS", 0.2)
    out_there.faults.add("stall", origin="cdn", after=10_000, seconds=5)
    reading = Reading(opened(out_there, client))
    assert reading.error is not None
    assert "silent" in reading.error.sentence
    assert len(reading.data) == 10_000


def test_a_slow_file_is_a_file(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("slow", origin="cdn", rate=1 << 20)
    assert Reading(opened(out_there, client)).data == content(out_there)


def test_damage_is_for_the_digest_to_find(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("corrupt", origin="cdn")
    reading = Reading(opened(out_there, client))
    assert reading.error is None
    assert reading.data != content(out_there)


def test_a_range_that_was_ignored_serves_the_first_part_only(client: HuggingFaceClient, out_there: FakeHub) -> None:
    data = content(out_there)
    out_there.faults.add("ignore-range", origin="cdn", times=None)
    assert Reading(opened(out_there, client, BIG, 0, 5000)).data == data[:5000]
    with pytest.raises(RangeIgnored, match="ignored the Range"):
        opened(out_there, client, BIG, 5000, 5000)
    assert Reading(opened(out_there, client)).data == data


def test_a_login_page_is_not_a_file(client: HuggingFaceClient, out_there: FakeHub) -> None:
    for origin in ("hub", "cdn"):
        out_there.faults.add("login-page", origin=origin)
        with pytest.raises(UpstreamBroken, match="web page"):
            opened(out_there, client)


def test_an_expired_address_can_be_tried_again(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("expired")
    with pytest.raises(UpstreamBroken, match="expired") as caught:
        opened(out_there, client)
    assert not caught.value.permanent
    assert Reading(opened(out_there, client)).data == content(out_there)


@pytest.mark.parametrize(
    ("status", "expected"), [(503, UpstreamUnreachable), (404, UpstreamBroken), (400, UpstreamBroken)]
)
def test_trouble_of_the_content_network_is_told(
    client: HuggingFaceClient, out_there: FakeHub, status: int, expected: type[HubError]
) -> None:
    out_there.faults.add("status", origin="cdn", status=status)
    with pytest.raises(expected, match="content network"):
        opened(out_there, client)


def test_a_dropped_connection_is_asked_again_once(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("reset", origin="hub")
    assert Reading(opened(out_there, client)).data == content(out_there)
    out_there.faults.add("reset", origin="hub", times=2)
    with pytest.raises(UpstreamUnreachable, match="hung up"):
        opened(out_there, client)


def test_a_file_of_another_size_than_the_tree_says_is_refused(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.TINY).head
    for path in (BIG, SMALL):
        size = head.files[path].size
        for wrong in (size - 1, size + 1):
            with pytest.raises(UpstreamBroken):
                client.open(MODEL, TINY, head.oid, path, wrong)
            with pytest.raises(UpstreamBroken):
                client.open(MODEL, TINY, head.oid, path, wrong, wrong - 5, 5)


def test_a_file_that_is_not_there_is_missing_at_that_commit(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.TINY).head
    with pytest.raises(FileMissing) as caught:
        client.open(MODEL, TINY, head.oid, "absent.txt", 5)
    assert caught.value.commit == head.oid


def ranged(status: int, headers: dict[str, str], body: bytes) -> Callable[[Request], Response]:
    return lambda request: Response(status, list(headers.items()), body)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (206, {"Content-Range": "bytes 100-199/10240"}, DATA[:99]),
        (206, {"Content-Range": "bytes 100-200/10240"}, DATA[:101]),
        (206, {"Content-Range": "bytes 0-99/10240"}, DATA[:100]),
        (206, {"Content-Range": "bytes 100-199/10241"}, DATA[:100]),
        (206, {"Content-Range": "bytes 100-199/*"}, DATA[:100]),
        (206, {"Content-Range": "bytes */10240"}, DATA[:100]),
        (206, {"Content-Range": "100-199/10240"}, DATA[:100]),
        (206, {}, DATA[:100]),
        (206, {"Content-Range": "bytes 100-199/10240", "Content-Encoding": "gzip"}, DATA[:100]),
        (206, {"Content-Range": "bytes 100-199/10240", "X-Repo-Commit": "d" * 40}, DATA[:100]),
        (200, {}, DATA[:100]),
        (200, {}, DATA),
        (204, {}, b""),
        (416, {"Content-Range": "bytes */50"}, b""),
        (302, {}, b""),
        (304, {}, b""),
    ],
)
def test_answers_that_are_not_the_part_that_was_asked_for_are_refused(
    serve: Serve, status: int, headers: dict[str, str], body: bytes
) -> None:
    client = client_of(serve(ranged(status, headers, body)).url)
    with pytest.raises(UpstreamBroken):
        client.open(MODEL, TINY, COMMIT, "a.bin", len(DATA), 100, 100)


def test_a_page_of_the_right_size_is_a_file(serve: Serve) -> None:
    client = client_of(serve(ranged(200, {"Content-Type": "text/html"}, DATA)).url)
    assert Reading(client.open(MODEL, TINY, COMMIT, "index.html", len(DATA))).data == DATA


def chunked(data: bytes, piece: int) -> bytes:
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


class RawOrigin(Origin):
    """Sends its answers as they are written, without a length of its own."""

    answer = b""

    def _send(self, connection: object, request: Request, response: Response) -> None:
        connection.sendall(self.answer)  # type: ignore[attr-defined]
        request.keep_alive = False


@pytest.mark.parametrize(
    ("head", "body", "complete"),
    [
        (b"Transfer-Encoding: chunked\r\n", chunked(DATA, 1000), True),
        (b"Transfer-Encoding: chunked\r\n", chunked(DATA, 1000)[:5000], False),
        (b"Transfer-Encoding: chunked\r\n", chunked(DATA[:-1], 1000), False),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\nno chunk\r\n", False),
        (b"", DATA, True),
        (b"", DATA[:-1], False),
    ],
)
def test_bodies_without_a_length_are_counted(head: bytes, body: bytes, complete: bool) -> None:
    origin = RawOrigin("raw", lambda request: Response(200), "127.0.0.1")
    origin.answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body
    origin.plug_in()
    try:
        reading = Reading(client_of(origin.url).open(MODEL, TINY, COMMIT, "a.bin", len(DATA)))
    finally:
        origin.unplug()
    assert DATA.startswith(bytes(reading.data))
    assert (reading.error is None) == complete == (reading.data == DATA)


def test_what_is_no_http_is_unreachable() -> None:
    origin = RawOrigin("raw", lambda request: Response(200), "127.0.0.1")
    origin.answer = b"SSH-2.0-OpenSSH_9.2\r\n"
    origin.plug_in()
    try:
        with pytest.raises(UpstreamUnreachable):
            client_of(origin.url).open(MODEL, TINY, COMMIT, "a.bin", len(DATA))
    finally:
        origin.unplug()


def test_sixteen_parts_of_a_file_ask_the_hub_once(out_there: FakeHub) -> None:
    client = client_of(out_there)
    data = content(out_there)
    step = len(data) // 15
    parts = [Reading(opened(out_there, client, BIG, at, min(step, len(data) - at))) for at in range(0, len(data), step)]
    assert b"".join(part.data for part in parts) == data
    assert len(out_there.requests.matching(origin="hub")) == 1
    assert len(out_there.requests.matching(origin="cdn")) == len(parts)


def test_a_remembered_address_that_expires_is_asked_for_again(out_there: FakeHub) -> None:
    client, data = client_of(out_there), content(out_there)
    assert Reading(opened(out_there, client, BIG, 0, 100)).data == data[:100]
    out_there.faults.add("expired")
    assert Reading(opened(out_there, client, BIG, 100, 100)).data == data[100:200]
    assert len(out_there.requests.matching(origin="hub")) == 2
    assert [entry.status for entry in out_there.requests.matching(origin="cdn")] == [206, 403, 206]


def test_every_address_carries_its_own_commit_and_path(client: HuggingFaceClient, out_there: FakeHub) -> None:
    opened(out_there, client, "tokenizer/vocab.txt").close()
    head = out_there.repo(world.TINY).head
    assert re.search(f"/acme/tiny/resolve/{head.oid}/tokenizer/vocab.txt", out_there.requests[0].target)
