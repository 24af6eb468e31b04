"""The real clients on hubs whose blobs are in a bucket of a real S3 server: sent there, served by nginx, by the hub."""

from __future__ import annotations

import hashlib
import http.client
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes import world
from tests.services.needed import program_or_skip
from tests.services.nginx import NginxServer
from tests.services.proxy import FaultyProxy
from tests.services.s3 import S3Account

from .clients import Client, digests_of
from .origin import Origin
from .processes import until
from .running import RunningHub
from .shelf import DELIVERED, MIB, made

pytestmark = pytest.mark.service

LARGE_PATH, LARGE = max(made(DELIVERED).head.files.items(), key=lambda found: found[1].size)
WAYS = ("redirect", "accel", "proxy")
LIFE = 1
"""Seconds of an address of the hub that redirects."""


class Served:
    """Where clients go; `token` lets in."""

    def __init__(self, url: str, hub: RunningHub) -> None:
        self.url = url
        self.token = hub.manage("token", "nina", "--create").stdout.split()[-1]

    @property
    def file(self) -> str:
        return f"{self.url}/{DELIVERED}/resolve/main/{LARGE_PATH}"

    def location(self) -> str:
        """Where the large file is read from, as a client is told."""
        host = urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", urlsplit(self.file).path, headers={"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        assert answer.status == 302
        connection.close()
        return answer.getheader("Location", "")


@pytest.fixture(scope="module")
def line(s3_server: S3Account) -> Iterator[FaultyProxy]:
    """By which clients of the redirecting hub reach the store."""
    with FaultyProxy(s3_server.endpoint) as proxy:
        yield proxy


@contextmanager
def hub_on(store: str, account: S3Account, folder: Path, origin: Origin, **settings: str) -> Iterator[RunningHub]:
    hub = RunningHub(folder, origin.url, ANONYMOUS_PULL="off", STORE_URL=store, **settings)
    hub.env |= account.environment
    try:
        hub.start()
        for repo in (DELIVERED, world.TINY):
            brought = hub.manage("mirror", repo, "--wait")
            assert brought.returncode == 0, brought.stdout
        yield hub
    finally:
        hub.end()


@pytest.fixture(scope="module")
def redirect(
    s3_server: S3Account, line: FaultyProxy, origin: Origin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("redirect")
    store = s3_server.store_url(s3_server.new_bucket(), public_endpoint=line.endpoint)
    with hub_on(store, s3_server, folder, origin, DELIVERY_SECONDS=str(LIFE)) as hub:
        yield Served(hub.url, hub)


@pytest.fixture(scope="module")
def accel(s3_server: S3Account, origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, store = tmp_path_factory.mktemp("accel"), s3_server.store_url(s3_server.new_bucket())
    settings = {"DELIVERY": "accel", "TRUSTED_PROXIES": "127.0.0.1"}
    with (
        hub_on(store, s3_server, folder, origin, **settings) as hub,
        NginxServer(hub.url, store=s3_server.endpoint) as nginx,
    ):
        yield Served(nginx.url, hub)


@pytest.fixture(scope="module")
def proxy(s3_server: S3Account, origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, store = tmp_path_factory.mktemp("proxy"), s3_server.store_url(s3_server.new_bucket())
    with hub_on(store, s3_server, folder, origin, DELIVERY="proxy") as hub:
        yield Served(hub.url, hub)


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Served:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Served)
    return found


@pytest.fixture(autouse=True)
def nothing_is_wrong(line: FaultyProxy) -> None:
    line.troubles.clear()
    line.requests.clear()


@pytest.mark.parametrize("served", WAYS, indirect=True)
def test_a_client_gets_everything_small_and_large(client: Client, served: Served, homes: Iterator[Path]) -> None:
    pulled = client.download(served.url, next(homes), DELIVERED, HF_TOKEN=served.token)
    assert pulled.code == 0, pulled.words
    assert pulled.files(DELIVERED) == digests_of(made(DELIVERED).head)


@pytest.mark.parametrize("served", WAYS, indirect=True)
def test_a_wrong_token_gets_nothing(newest: Client, served: Served, homes: Iterator[Path]) -> None:
    home = next(homes)
    pulled = newest.download(served.url, home, DELIVERED, HF_TOKEN="hf_" + "x" * 34)
    assert pulled.code != 0
    assert [path for path in home.rglob("*") if path.is_file() and path.stat().st_size > 50_000] == []


@pytest.mark.parametrize("served", WAYS, indirect=True)
@pytest.mark.parametrize("program", ["curl", "wget", "aria2c"])
def test_a_downloader_goes_on_where_it_was(served: Served, program: str, tmp_path: Path) -> None:
    target = tmp_path / "half"
    target.write_bytes(LARGE.source.read(0, 5_000_000))
    header = f"Authorization: Bearer {served.token}"
    options = {
        "curl": ["-sSfL", "-C", "-", "-o", target, "-H", header],
        "wget": ["-q", "-c", "-O", target, f"--header={header}"],
        # Without its own file of what it has, aria2 takes up a file from its end with -c, on one connection.
        "aria2c": ["-q", "-c", "-x4", "-d", tmp_path, "-o", target.name, f"--header={header}"],
    }
    package = "aria2" if program == "aria2c" else program
    command = [program_or_skip(program, package), *map(str, options[program]), served.file]
    subprocess.run(command, check=True, timeout=120)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == LARGE.source.sha256


@pytest.mark.parametrize("client_version", ["1.33.0", "2.4.0"])
def test_a_download_that_outlives_its_address_goes_on_with_a_fresh_one(
    all_clients: list[Client], client_version: str, redirect: Served, line: FaultyProxy, homes: Iterator[Path]
) -> None:
    client = next(one for one in all_clients if one.version == client_version)
    trouble = line.trouble("cut", "GET .*X-Amz-Signature", after=5 * MIB, back=True)
    pulled = client.download(redirect.url, next(homes), DELIVERED, LARGE_PATH, HF_TOKEN=redirect.token)
    assert trouble.met == 1
    assert pulled.code == 0, pulled.words
    assert pulled.files(DELIVERED) == {LARGE_PATH: LARGE.source.sha256}
    asked = [parse_qs(urlsplit(request.split()[1]).query) for request in line.seen("X-Amz-Signature")]
    assert len({query["X-Amz-Signature"][0] for query in asked}) > 1


def test_an_address_that_is_over_opens_nothing(redirect: Served) -> None:
    location = redirect.location()
    until("the address is over", lambda: status_of(location) == 403)
    with urllib.request.urlopen(redirect.location()) as answer:
        assert hashlib.sha256(answer.read()).hexdigest() == LARGE.source.sha256


def test_an_address_opens_one_file_only(redirect: Served) -> None:
    parts = urlsplit(redirect.location())
    other = min(made(DELIVERED).head.files.values(), key=lambda file: file.size).source.sha256
    path = parts.path.replace(LARGE.source.sha256, other).replace(
        f"{LARGE.source.sha256[:2]}/{LARGE.source.sha256[2:4]}", f"{other[:2]}/{other[2:4]}"
    )
    assert path != parts.path
    assert status_of(parts._replace(path=path).geturl()) == 403


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
