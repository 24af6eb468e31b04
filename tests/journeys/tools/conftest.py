"""A hub and an upstream for the tools, with repos of their formats; `origin` and `hub` here are not those of the other
journeys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients.install import installed
from tests.clients.needed import installed_or_skip
from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub
from tests.services.authority import Authority
from tests.services.nginx import TlsNginx

from .shelf import Shelf, Shelved

Held = Callable[..., Shelved]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "heavy: installs a gigabyte or more; runs where HUB_TEST_HEAVY is set")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("HUB_TEST_HEAVY"):
        for item in items:
            if item.get_closest_marker("heavy"):
                item.add_marker(pytest.mark.skip("it installs a gigabyte or more: set HUB_TEST_HEAVY=1"))


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="session")
def origin(shelf: Shelf, minilm_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    started = Origin(tmp_path_factory.mktemp("tools-origin"), [*shelf.options(), "--minilm", str(minilm_files)])
    yield started
    started.end()


@pytest.fixture(scope="session")
def hub(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    shared = RunningHub(tmp_path_factory.mktemp("tools-hub"), origin.url)
    try:
        shared.start()
        yield shared
    finally:
        shared.end()


@pytest.fixture(scope="session")
def closed_hub(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """It wants to know who asks."""
    shared = RunningHub(tmp_path_factory.mktemp("tools-closed"), origin.url, ANONYMOUS_PULL="off")
    try:
        shared.start()
        yield shared
    finally:
        shared.end()


@pytest.fixture(scope="session")
def token(closed_hub: RunningHub) -> str:
    """Of a person whom the closed hub knows."""
    return closed_hub.manage("token", "tina", "--create").stdout.split()[-1]


@pytest.fixture(scope="session")
def certified(hub: RunningHub, authority: Authority) -> Iterator[str]:
    """The address of nginx before the hub, whose certificate only `authority` vouches for."""
    with TlsNginx(hub.url, authority) as nginx:
        yield nginx.url


@pytest.fixture(scope="session")
def held(hub: RunningHub) -> Held:
    """Brings a repo in, once for each hub, which has to succeed."""
    there: set[tuple[str, str]] = set()

    def hold(repo: Shelved, where: RunningHub = hub) -> Shelved:
        if (where.url, repo.id) not in there:
            done = where.manage("mirror", repo.id, "--kind", repo.kind, "--wait")
            assert done.returncode == 0, done.stdout
            there.add((where.url, repo.id))
        return repo

    return hold


@pytest.fixture(scope="session")
def tools() -> Path:
    """An environment with datasets and EmbedAnything."""
    return installed_or_skip("tools")


@pytest.fixture(scope="session")
def torch_tools() -> Path:
    """An environment with sentence-transformers and diffusers, for tests that are marked heavy."""
    return installed("heavy/torch")
