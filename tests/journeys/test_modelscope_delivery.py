"""ModelScope's clients where the hub does not send the bytes of files itself: nginx does, or S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeRepo, world
from tests.services.authority import Authority
from tests.services.nginx import TlsNginx
from tests.services.s3 import S3Account

from .modelscope_clients import ModelScope, Place
from .modelscope_shelf import DELIVERED, made
from .origin import Origin
from .running import RunningHub

pytestmark = pytest.mark.service
REPOS = (made(DELIVERED), world.awkward())


@pytest.fixture(scope="module")
def sent_by_nginx(
    origin: Origin, modelscope_origin: Origin, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    settings = {"DELIVERY": "accel", "TRUSTED_PROXIES": "127.0.0.1", "MODELSCOPE_URL": modelscope_origin.url}
    hub = RunningHub(tmp_path_factory.mktemp("accel"), origin.url, **settings)
    try:
        hub.start()
        bring(hub)
        with TlsNginx(hub.url, authority, hub.data / "blobs") as nginx:
            yield Place(nginx.plain, nginx.url, authority.root)
    finally:
        hub.end()


@pytest.fixture(scope="module")
def sent_by_s3(
    origin: Origin,
    modelscope_origin: Origin,
    authority: Authority,
    s3_server: S3Account,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    settings = {"STORE_URL": s3_server.store_url(s3_server.new_bucket()), "MODELSCOPE_URL": modelscope_origin.url}
    hub = RunningHub(tmp_path_factory.mktemp("s3"), origin.url, TRUSTED_PROXIES="127.0.0.1", **settings)
    hub.env |= s3_server.environment
    try:
        hub.start()
        bring(hub)
        with TlsNginx(hub.url, authority) as nginx:
            yield Place(hub.url, nginx.url, authority.root)
    finally:
        hub.end()


def bring(hub: RunningHub) -> None:
    for repo in REPOS:
        done = hub.manage("mirror", f"modelscope:{repo.id}", "--wait")
        assert done.returncode == 0, done.stdout


@pytest.fixture(params=["sent_by_nginx", "sent_by_s3"])
def sent(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("repo", REPOS, ids=["large", "awkward names and empty files"])
def test_a_client_gets_everything(modelscope: ModelScope, sent: Place, homes: Iterator[Path], repo: FakeRepo) -> None:
    pulled = modelscope.download(sent, next(homes), repo.id)
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(repo.head)
