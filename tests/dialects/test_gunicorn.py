"""The bytes on the wire, as gunicorn's sendfile puts them there."""

import hashlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.dialects.served import BIG, Served, served, served_repo
from tests.fakes.sources import Synthetic


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def data() -> bytes:
    return Synthetic(BIG, 3).read(0, BIG)


URL = "/acme/served/resolve/main/big.bin"


def test_one_connection_carries_whole_files_parts_and_heads(hub: Served, data: bytes) -> None:
    line = hub.connect()
    for _ in range(2):
        for method, header, status, part in (
            ("GET", "", 200, data),
            ("HEAD", "", 200, b""),
            ("GET", "bytes=1000-1999", 206, data[1000:2000]),
            ("GET", "bytes=-10", 206, data[-10:]),
            ("HEAD", "bytes=5-9", 206, b""),
            ("GET", f"bytes={BIG}-", 416, b""),
            ("GET", f"bytes={BIG - 3}-", 206, data[-3:]),
        ):
            line.request(method, URL, headers={"Range": header} if header else {})
            answer = line.getresponse()
            assert (answer.status, answer.read()) == (status, part), (method, header)
            assert answer.getheader("Connection") == "keep-alive"
    line.close()


def test_the_etag_is_the_digest_of_what_arrives(hub: Served) -> None:
    line = hub.connect()
    line.request("GET", URL)
    answer = line.getresponse()
    assert answer.getheader("ETag") == f'"{hashlib.sha256(answer.read()).hexdigest()}"'
    line.close()


@pytest.mark.parametrize("revision", ["dev%2Fx", "dev/x", "refs%2Fheads%2Fdev%2Fx"])
def test_quoted_and_plain_slashes_are_told_apart(hub: Served, revision: str) -> None:
    line = hub.connect()
    line.request("GET", f"/acme/served/resolve/{revision}/small.txt")
    answer = line.getresponse()
    assert (answer.status, answer.read()) == (200, b"small\n")
    assert answer.getheader("X-Repo-Commit") == served_repo().head.oid
    line.close()


def test_a_client_that_hangs_up_leaves_no_open_file(hub: Served) -> None:
    for _ in range(8):
        line = socket.create_connection(("127.0.0.1", hub.port))
        line.sendall(f"GET {URL} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        line.recv(1000)
        line.close()
    deadline = time.monotonic() + 20
    while hub.open_blobs() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert hub.open_blobs() == 0


def test_an_absolute_target_and_a_doubled_slash_are_understood(hub: Served) -> None:
    for target in (f"http://hub.example{URL}", f"/{URL}"):
        with socket.create_connection(("127.0.0.1", hub.port)) as line:
            line.sendall(f"HEAD {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert line.recv(100).startswith(b"HTTP/1.1 200 OK")
