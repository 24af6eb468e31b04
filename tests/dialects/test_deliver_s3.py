"""A hub on a bucket: redirects that tell everything, and reads through the hub that end whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.dialects.served import BIG, Served, served, served_repo
from tests.fakes.sources import Synthetic
from tests.services.moto import MotoServer
from tests.services.proxy import FaultyProxy

pytestmark = pytest.mark.service

URL = "/acme/served/resolve/main/big.bin"
DATA = Synthetic(BIG, 3)
AGENT = {"User-Agent": "unknown/None; hf_hub/2.4.0; python/3.11"}
TOKEN = {"Authorization": "Bearer hf_abcdefghijklmnopqrstuvwxyzabcdefgh"}


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(scope="module")
def line(moto: MotoServer) -> Iterator[FaultyProxy]:
    """Between the hubs and the bucket; clients that are redirected come by it, too."""
    with FaultyProxy(moto.endpoint) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def nothing_is_wrong(line: FaultyProxy) -> None:
    line.troubles.clear()
    line.requests.clear()


def hub_on(moto: MotoServer, line: FaultyProxy, folder: Path, **settings: str) -> Iterator[Served]:
    store = moto.store_url(moto.new_bucket(), endpoint=line.endpoint)
    with served(folder, HUB_STORE_URL=store, **moto.environment, **settings) as hub:
        yield hub


@pytest.fixture(scope="module")
def redirecting(moto: MotoServer, line: FaultyProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from hub_on(moto, line, tmp_path_factory.mktemp("redirect"), HUB_DELIVERY_SECONDS="60")


@pytest.fixture(scope="module")
def passing(moto: MotoServer, line: FaultyProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from hub_on(moto, line, tmp_path_factory.mktemp("proxy"), HUB_DELIVERY="proxy")


def ask(hub: Served, method: str = "GET", path: str = URL, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = hub.connect()
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_a_large_file_is_a_redirect_that_tells_all_about_it_and_may_not_be_kept(redirecting: Served) -> None:
    answer, body = ask(redirecting, **AGENT, **TOKEN)
    assert (answer.status, body) == (302, b"")
    told = {name: answer.getheader(name) for name in ("ETag", "X-Linked-Etag", "X-Linked-Size", "X-Repo-Commit")}
    sha256 = DATA.sha256
    commit = served_repo().head.oid
    assert told == {
        "ETag": f'"{sha256}"',
        "X-Linked-Etag": f'"{sha256}"',
        "X-Linked-Size": str(BIG),
        "X-Repo-Commit": commit,
    }
    assert answer.getheader("Cache-Control") == "private, no-store"
    assert answer.getheader("Access-Control-Allow-Origin") == "*"
    query = parse_qs(urlsplit(answer.getheader("Location", "")).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert "hf_" not in answer.getheader("Location", "")


def test_behind_the_redirect_are_the_bytes_under_the_files_own_name(redirecting: Served) -> None:
    location = ask(redirecting)[0].getheader("Location", "")
    with urllib.request.urlopen(urllib.request.Request(location, headers={"Range": "bytes=5-104"})) as answer:
        assert (answer.status, answer.read()) == (206, DATA.read(5, 100))
        assert 'filename="big.bin"' in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Type"] == "application/octet-stream"
    with urllib.request.urlopen(location) as answer:
        assert hashlib.sha256(answer.read()).hexdigest() == DATA.sha256


def test_head_is_answered_by_the_hub_and_asks_nobody(redirecting: Served, line: FaultyProxy) -> None:
    answer, _ = ask(redirecting, "HEAD", **AGENT)
    assert (answer.status, answer.getheader("Content-Length")) == (200, str(BIG))
    assert answer.getheader("Accept-Ranges") == "bytes"
    assert line.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "aria2/1.36.0", **TOKEN},
        {"User-Agent": "Wget/1.21.3", **TOKEN},
        {"Origin": "https://app.example"},
    ],
    ids=["aria2 with a token", "wget with a token", "a page in a browser"],
)
def test_who_cannot_follow_gets_the_bytes_from_the_hub(redirecting: Served, headers: dict[str, str]) -> None:
    answer, body = ask(redirecting, **headers)
    assert (answer.status, hashlib.sha256(body).hexdigest()) == (200, DATA.sha256)
    assert answer.getheader("X-Accel-Buffering") == "no"


def test_a_probe_of_one_byte_is_answered_with_our_own_headers(redirecting: Served) -> None:
    answer, body = ask(redirecting, Range="bytes=0-0")
    assert (answer.status, body) == (206, DATA.read(0, 1))
    assert answer.getheader("Content-Range") == f"bytes 0-0/{BIG}"
    assert answer.getheader("ETag") == f'"{DATA.sha256}"'


def test_small_files_come_from_the_hub(redirecting: Served) -> None:
    answer, body = ask(redirecting, path="/acme/served/resolve/main/small.txt")
    assert (answer.status, body) == (200, b"small\n")


def test_a_read_that_breaks_goes_on_where_it_broke(passing: Served, line: FaultyProxy) -> None:
    trouble = line.trouble("cut", "GET .*sha256", after=3_000_000, back=True)
    answer, body = ask(passing)
    assert trouble.met == 1
    assert (answer.status, hashlib.sha256(body).hexdigest()) == (200, DATA.sha256)


@pytest.mark.parametrize("kind", ["cut", "reset"])
def test_a_read_that_stays_broken_breaks_the_connection_and_never_looks_whole(
    passing: Served, line: FaultyProxy, kind: str
) -> None:
    line.trouble(kind, "GET .*sha256", after=1_000_000, back=True)  # type: ignore[arg-type]
    line.trouble("answer", "GET .*sha256", times=None, status=503)
    connection = passing.connect()
    connection.request("GET", URL)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Length")) == (200, str(BIG))
    with pytest.raises((http.client.IncompleteRead, ConnectionError)) as broken:
        answer.read()
    if isinstance(broken.value, http.client.IncompleteRead):
        assert broken.value.partial == DATA.read(0, len(broken.value.partial))
    connection.close()
    line.troubles.clear()
    assert hashlib.sha256(ask(passing)[1]).hexdigest() == DATA.sha256


def test_a_store_that_is_away_before_the_first_byte_is_an_error_that_clients_retry(
    passing: Served, line: FaultyProxy
) -> None:
    line.trouble("answer", ".*sha256", times=None, status=503)
    answer, body = ask(passing, **AGENT)
    assert answer.status in (429, 503)
    assert answer.getheader("Retry-After")
    assert answer.getheader("ETag") is None
    assert b"busy" in body or b"store" in body
