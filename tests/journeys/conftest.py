"""The upstream, the hub and the clients of a test session."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.install import MINILM, NotInstalled, installed
from tests.clients.needed import installed_or_skip
from tests.fakes import world
from tests.services.authority import Authority
from tests.services.nginx import TlsNginx

from . import modelscope_clients, modelscope_shelf, shelf
from .clients import VERSIONS, Client, Talk
from .modelscope_clients import ModelScope, Place
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


@pytest.fixture(scope="session")
def modelscope_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    """The other upstream."""
    options = ["--world", *modelscope_shelf.options()]
    started = Origin(tmp_path_factory.mktemp("modelscope"), options, family="modelscope")
    yield started
    started.end()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def both(origin: Origin, modelscope_origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub that both upstreams stand behind, as the journeys of ModelScope's clients share it."""
    upstreams = {"MODELSCOPE_URL": modelscope_origin.url, "TRUSTED_PROXIES": "127.0.0.1"}
    shared = RunningHub(tmp_path_factory.mktemp("both"), origin.url, **upstreams)
    try:
        shared.start()
        yield shared
    finally:
        shared.end()


@pytest.fixture(scope="session")
def closed(origin: Origin, modelscope_origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """The same, for a hub that wants to know who asks."""
    upstreams = {"MODELSCOPE_URL": modelscope_origin.url, "TRUSTED_PROXIES": "127.0.0.1"}
    shared = RunningHub(tmp_path_factory.mktemp("closed"), origin.url, ANONYMOUS_PULL="off", **upstreams)
    try:
        shared.start()
        yield shared
    finally:
        shared.end()


@pytest.fixture(scope="session")
def closed_place(closed: RunningHub, authority: Authority) -> Iterator[Place]:
    with TlsNginx(closed.url, authority) as nginx:
        yield Place(closed.url, nginx.url, authority.root)


@pytest.fixture(scope="session")
def front(both: RunningHub, authority: Authority) -> Iterator[TlsNginx]:
    """nginx before `both`, which writes down what it is asked."""
    with TlsNginx(both.url, authority) as nginx:
        yield nginx


@pytest.fixture(scope="session")
def place(both: RunningHub, front: TlsNginx, authority: Authority) -> Place:
    """Where clients of ModelScope reach `both`: in clear without anything between."""
    return Place(both.url, front.url, authority.root)


@pytest.fixture(scope="session")
def modelscope_itself(modelscope_origin: Origin, authority: Authority) -> Iterator[Place]:
    """The upstream as its clients see it when no hub stands between."""
    with TlsNginx(modelscope_origin.url, authority) as nginx:
        yield Place(modelscope_origin.url, nginx.url, authority.root)


@pytest.fixture(params=["the hub", "modelscope itself"])
def anywhere(request: pytest.FixtureRequest) -> Place:
    """What holds for a hub has to hold for its upstream, or the stand-in is a bad one."""
    found: Place = request.getfixturevalue("place" if request.param == "the hub" else "modelscope_itself")
    return found


@pytest.fixture(params=modelscope_clients.VERSIONS)
def modelscope(request: pytest.FixtureRequest) -> ModelScope:
    """Each of ModelScope's real clients in turn."""
    return ModelScope(request.param, installed_or_skip(f"modelscope-{request.param}"))


@pytest.fixture(scope="session")
def every_modelscope() -> list[ModelScope]:
    """The newest comes last."""
    versions = modelscope_clients.VERSIONS
    return [ModelScope(version, installed_or_skip(f"modelscope-{version}")) for version in versions]


@pytest.fixture(scope="session")
def newest_modelscope() -> ModelScope:
    version = modelscope_clients.VERSIONS[-1]
    return ModelScope(version, installed_or_skip(f"modelscope-{version}"))


@pytest.fixture(scope="session")
def modelscope_talks() -> Iterator[dict[tuple[str, Place], Talk]]:
    """The processes behind `modelscope_talk`."""
    started: dict[tuple[str, Place], Talk] = {}
    yield started
    for one in started.values():
        one.end()


@pytest.fixture
def modelscope_talk(
    modelscope: ModelScope,
    anywhere: Place,
    modelscope_talks: dict[tuple[str, Place], Talk],
    tmp_path_factory: pytest.TempPathFactory,
) -> Talk:
    """The client's Python interface; one process for each version and place."""
    which = (modelscope.version, anywhere)
    if which not in modelscope_talks:
        home = tmp_path_factory.mktemp(f"talk-{modelscope.version}")
        modelscope_talks[which] = modelscope.talk(anywhere, home)
    return modelscope_talks[which]
