"""The stand-ins' own promises: another start on the same port and data, and a proxy that does what it was told."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import redis
from botocore.exceptions import ClientError

from tests.fakes import FakeHub, world
from tests.services.moto import MotoServer
from tests.services.postgres import PostgresServer
from tests.services.proxy import FaultyProxy
from tests.services.redis import RedisServer
from tests.services.s3 import S3Account

pytestmark = pytest.mark.service


@pytest.fixture
def line() -> Iterator[FaultyProxy]:
    with FakeHub([world.tiny()]) as hub, FaultyProxy(hub.url) as proxy:
        yield proxy


def answer(line: FaultyProxy, path: str = "/api/models/acme/tiny") -> bytes:
    """All that comes back on one connection."""
    with socket.create_connection(("127.0.0.1", line.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        pieces = b""
        while piece := connection.recv(65536):
            pieces += piece
        return pieces


def test_redis_comes_back_empty_on_the_same_port() -> None:
    with RedisServer() as server:
        server.client().set("name", "value")
        server.kill()
        with pytest.raises(redis.ConnectionError):
            server.client().ping()
        server.start()
        assert server.client().get("name") is None


def test_postgres_comes_back_with_its_rows(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database("kept")
    with postgres_server.connect("kept") as connection:
        connection.execute("create table names as select 'somebody' as name")
    postgres_server.restart()
    assert postgres_server.url_of("kept") == url
    with postgres_server.connect("kept") as connection:
        assert connection.execute("select name from names").fetchone() == ("somebody",)


def test_a_real_s3_server_keeps_what_is_put_and_refuses_wrong_keys(s3_server: S3Account) -> None:
    bucket = s3_server.new_bucket()
    s3_server.client().put_object(Bucket=bucket, Key="a", Body=b"bytes")
    assert s3_server.client().get_object(Bucket=bucket, Key="a")["Body"].read() == b"bytes"
    stranger = S3Account(s3_server.endpoint, s3_server.access_key, "another key")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.client().list_objects_v2(Bucket=bucket)


def test_moto_answers_too() -> None:
    with MotoServer() as server:
        assert server.client().list_objects_v2(Bucket=server.new_bucket())["KeyCount"] == 0


def test_the_proxy_passes_everything_on_and_tells_what_was_asked(line: FaultyProxy) -> None:
    assert b"200 OK" in answer(line)
    assert line.seen("^GET /api/") == ["GET /api/models/acme/tiny"]


def test_an_answer_of_the_proxy_is_given_once_and_the_service_never_hears_of_it(line: FaultyProxy) -> None:
    trouble = line.trouble("answer", "^GET /api/")
    assert answer(line).startswith(b"HTTP/1.1 503")
    assert b"200 OK" in answer(line)
    assert trouble.met == 1


def test_one_bit_is_flipped(line: FaultyProxy) -> None:
    path = "/acme/tiny/resolve/main/config.json"
    right = answer(line, path).partition(b"\r\n\r\n")[2]
    line.trouble("flip", path, back=True, after=1000)
    wrong = answer(line, path).partition(b"\r\n\r\n")[2]
    assert len(wrong) == len(right)
    assert sum(one != other for one, other in zip(right, wrong, strict=True)) <= 1


def test_a_reset_is_a_reset_and_a_cut_is_an_end(line: FaultyProxy) -> None:
    line.trouble("reset", back=True, after=10)
    with pytest.raises(ConnectionResetError):
        answer(line)
    line.trouble("cut", back=True, after=10)
    assert len(answer(line)) == 10


def test_nobody_gets_in_while_it_is_down(line: FaultyProxy) -> None:
    line.down()
    with pytest.raises(ConnectionRefusedError):
        answer(line)
    line.up()
    assert b"200 OK" in answer(line)
