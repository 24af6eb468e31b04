"""The bytes on the wire, as gunicorn's sendfile puts them there."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.dialects.served import BIG, ROOT, Served, served, served_repo
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


def test_each_worker_has_a_socket_of_its_own(hub: Served) -> None:
    """Its line in /proc/net/tcp belongs to the worker alone: the master, which never accepts, must not have one."""
    listening = sockets_at(hub.port)
    assert len(listening) == 1
    assert holders(listening) == {hub.worker()}


def test_a_second_hub_at_the_same_port_does_not_start(hub: Served, tmp_path: Path) -> None:
    environment = {**os.environ, "HUB_PORT": str(hub.port), "HUB_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "hub.wsgi"]
    second = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "Connection in use" in second.stderr


def sockets_at(port: int) -> set[str]:
    """Inodes of sockets that listen there."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {line[9] for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "0A"}


def holders(inodes: set[str]) -> set[int]:
    found = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(descriptor) in {f"socket:[{inode}]" for inode in inodes}:
                found.add(int(descriptor.parts[2]))
    return found
