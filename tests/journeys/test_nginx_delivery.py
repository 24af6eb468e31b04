"""The real clients through nginx as it is deployed, with X-Accel, on a hub whose blobs are files."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world
from tests.services.needed import program_or_skip
from tests.services.nginx import NginxServer

from .clients import Client, digests_of
from .origin import Origin
from .running import RunningHub
from .shelf import DELIVERED, made

pytestmark = pytest.mark.service

LARGE = max(made(DELIVERED).head.files.items(), key=lambda found: found[1].size)
TOKEN_OF_NOBODY = "hf_" + "x" * 34


class Front:
    """A closed hub behind nginx, which holds the repos of these tests; `token` lets in."""

    def __init__(self, hub: RunningHub, nginx: NginxServer) -> None:
        self.hub, self.nginx, self.url = hub, nginx, nginx.url
        self.token = hub.manage("token", "nina", "--create").stdout.split()[-1]


@pytest.fixture(scope="module")
def front(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("behind-nginx")
    closed = {"ANONYMOUS_PULL": "off", "DELIVERY": "accel", "TRUSTED_PROXIES": "127.0.0.1"}
    hub = RunningHub(folder, origin.url, **closed)
    try:
        hub.start()
        with NginxServer(hub.url, hub.data / "blobs") as nginx:
            for repo in (DELIVERED, world.TINY):
                assert hub.manage("mirror", repo, "--wait").returncode == 0
            yield Front(hub, nginx)
    finally:
        hub.end()


def test_a_client_gets_everything_small_and_large(client: Client, front: Front, homes: Iterator[Path]) -> None:
    pulled = client.download(front.url, next(homes), DELIVERED, HF_TOKEN=front.token)
    assert pulled.code == 0, pulled.words
    assert pulled.files(DELIVERED) == digests_of(made(DELIVERED).head)


def test_a_download_that_was_cut_off_goes_on_where_it_was(newest: Client, front: Front, tmp_path: Path) -> None:
    """curl -C - asks for the rest by Range, as every downloader does."""
    path, file = LARGE
    target = tmp_path / "half"
    target.write_bytes(file.source.read(0, 5_000_000))
    url = f"{front.url}/{DELIVERED}/resolve/main/{path}"
    curl(url, front.token, "-C", "-", "-o", target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == file.source.sha256


def test_a_wrong_token_gets_nothing(client: Client, front: Front, homes: Iterator[Path]) -> None:
    for token in (TOKEN_OF_NOBODY, ""):
        home = next(homes)
        pulled = client.download(front.url, home, DELIVERED, **({"HF_TOKEN": token} if token else {}))
        assert pulled.code != 0
        assert [path for path in home.rglob("*") if path.is_file() and path.stat().st_size > 50_000] == []


def test_the_bytes_did_not_pass_through_the_hub(front: Front) -> None:
    """An answer for nginx has no body of its own: asked directly, by the same trusted address, the hub shows it."""
    path, file = LARGE
    url = f"{front.hub.url}/{DELIVERED}/resolve/main/{path}"
    head = curl(url, front.token, "-D", "-", "-o", os.devnull, "-H", "X-Forwarded-For: 192.0.2.9")
    digest = file.source.sha256
    assert f"x-accel-redirect: /-/internal/file/sha256/{digest[:2]}/{digest[2:4]}/{digest}" in head.lower()
    assert "content-length: 0" in head.lower()


def test_the_hub_knows_a_callers_address_from_nginx_and_not_from_the_caller(front: Front) -> None:
    claim = ("--interface", "127.0.0.2", "-H", "X-Forwarded-For: 192.0.2.66", "-o", os.devnull)
    curl(f"{front.url}/api/models/journeys/never-asked-for", front.token, *claim, fail=False)
    script = "from hub.accounts.models import Event; print(set(Event.objects.values_list('address', flat=True)))"
    told = front.hub.manage("shell", "-c", script).stdout
    assert "'127.0.0.2'" in told
    assert "192.0.2.66" not in told


def test_aria2_takes_a_file_in_pieces(front: Front, tmp_path: Path) -> None:
    path, file = LARGE
    command = [program_or_skip("aria2c", "aria2"), "-q", "-x4", "-s4", "-k1M", "-d", tmp_path, "-o", "got"]
    command += [f"--header=Authorization: Bearer {front.token}", f"{front.url}/{DELIVERED}/resolve/main/{path}"]
    subprocess.run(command, check=True, timeout=120)
    assert hashlib.sha256((tmp_path / "got").read_bytes()).hexdigest() == file.source.sha256


def curl(url: str, token: str, *options: str | Path, fail: bool = True) -> str:
    command = ["curl", "--silent", "--show-error", *(["--fail"] if fail else []), "--max-time", "60"]
    command += ["-H", f"Authorization: Bearer {token}", *map(str, options), url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return done.stdout
