"""The upstream, the hub and the clients of a test session."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.install import MINILM, NotInstalled, installed
from tests.clients.needed import installed_or_skip
from tests.fakes import world

from . import shelf
from .clients import VERSIONS, Client, Talk
from .origin import Origin
from .processes import running
from .running import RunningHub

NewHub = Callable[..., RunningHub]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failed journey shows how every process saw it."""
    report: Any = yield
    if report.failed:
        report.sections += [(f"end of the log of {one.name}", one.tail()) for one in running]
    return report


@pytest.fixture(scope="session")
def minilm_files() -> Path:
    """The real model's files."""
    installed_or_skip(MINILM)
    folder = world.minilm_dir()
    assert folder
    return folder


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    try:
        installed(MINILM)
    except NotInstalled:
        pass
    folder = world.minilm_dir()
    options = ["--world", *shelf.options(), *(["--minilm", str(folder)] if folder else [])]
    started = Origin(tmp_path_factory.mktemp("origin"), options)
    yield started
    started.end()


@pytest.fixture(scope="session")
def hub(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with the quick-start rules that every test of the session shares. Nobody kills it."""
    shared = RunningHub(tmp_path_factory.mktemp("hub"), origin.url)
    try:
        shared.start()
        yield shared
    finally:
        shared.end()


@pytest.fixture(scope="session")
def strict_hub(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub that wants to know who asks, and that the upstream lets into its gated repos."""
    token = origin.tokens[world.MEMBER]
    shared = RunningHub(tmp_path_factory.mktemp("strict"), origin.url, ANONYMOUS_PULL="off", HUGGINGFACE_TOKEN=token)
    try:
        shared.start()
        yield shared
    finally:
        shared.end()


@pytest.fixture
def new_hub(origin: Origin, tmp_path: Path) -> Iterator[NewHub]:
    """`new_hub(ANONYMOUS_PULL="off")` starts one for this test alone."""
    hubs: list[RunningHub] = []

    def start(**settings: str) -> RunningHub:
        hubs.append(RunningHub(tmp_path / f"hub-{len(hubs)}", origin.url, **settings))
        hubs[-1].start()
        return hubs[-1]

    yield start
    for one in hubs:
        one.end()


@pytest.fixture(params=VERSIONS)
def client(request: pytest.FixtureRequest) -> Client:
    """Each of the real clients in turn. Its scope is the test: by parameters of wider scopes pytest reorders tests."""
    return Client(request.param, installed_or_skip(f"hub-{request.param}"))


@pytest.fixture(scope="session")
def all_clients() -> list[Client]:
    """The newest comes last."""
    return [Client(version, installed_or_skip(f"hub-{version}")) for version in VERSIONS]


@pytest.fixture(scope="session")
def newest() -> Client:
    return Client(VERSIONS[-1], installed_or_skip(f"hub-{VERSIONS[-1]}"))


@pytest.fixture(scope="session")
def talks() -> Iterator[dict[str, Talk]]:
    """The processes behind `talk`, by version."""
    started: dict[str, Talk] = {}
    yield started
    for one in started.values():
        one.end()


@pytest.fixture
def talk(client: Client, hub: RunningHub, talks: dict[str, Talk], tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """The client's Python interface to the shared hub; one process for the whole session."""
    if client.version not in talks:
        talks[client.version] = client.talk(hub.url, tmp_path_factory.mktemp(f"talk-{client.version}"))
    return talks[client.version]


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Path]:
    """Homes of clients that have never seen a file; each `next(homes)` is another one."""
    return (tmp_path / f"home-{number}" for number in range(1000))
