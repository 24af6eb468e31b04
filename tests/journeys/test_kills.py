"""kill -9, at the worst moment: nothing is lost, nothing is wrong, and what was durable is not fetched again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes import Entry

from .clients import Client, Pulled, digests_of, ended
from .origin import Origin
from .processes import until
from .running import RunningHub
from .shelf import MIB, SLOW_FILE, SLOW_START, made, slow_of
from .slow_line import SlowLine

PART = 16 * MIB


def parts_asked_for(origin: Origin, repo: str) -> list[Entry]:
    return [entry for entry in origin.log(repo) if entry.origin == "cdn" and entry.method == "GET"]


def first_byte(entry: Entry) -> int:
    match = re.match(r"bytes=(\d+)-", entry.range)
    return int(match.group(1)) if match else 0


def is_past_two_parts(origin: Origin, repo: str) -> bool:
    """Two parts have arrived, and bytes of a third that began later."""
    sent = {first_byte(entry): entry.sent for entry in parts_asked_for(origin, repo)}
    return sent.get(0) == PART and sent.get(PART) == PART and sent.get(2 * PART, 0) > 2 * MIB


def begun_slowly(folder: Path, origin: Origin, repo: str) -> RunningHub:
    """A hub in the middle of the third of four parts; two connections, so that parts come one after the other."""
    hub = RunningHub(folder, origin.url, CONNECTIONS="2")
    hub.start()
    origin.fault("slow", repo, origin="cdn", rate=8 * MIB, times=None)
    asked = hub.manage("mirror", repo)
    assert asked.returncode == 0, asked.stdout
    until("two parts have arrived", lambda: is_past_two_parts(origin, repo))
    return hub


def goes_on_from_the_parts_it_has(hub: RunningHub, client: Client, home: Path, origin: Origin, repo: str) -> None:
    pulled = client.download(hub.url, home, repo)
    assert pulled.code == 0, pulled.words
    assert pulled.files(repo) == digests_of(made(repo).head)
    begun = [first_byte(entry) for entry in parts_asked_for(origin, repo)]
    assert begun.count(0) == begun.count(PART) == 1
    assert len(begun) > 4, "the rest was asked for a second time, so it was killed in the middle"


@pytest.fixture(scope="module", autouse=True)
def wounded_hub(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """Its worker was killed. A lease lasts a minute, in which the other tests run."""
    hub = begun_slowly(tmp_path_factory.mktemp("wounded"), origin, SLOW_FILE)
    try:
        hub.kill("work")
        yield hub
    finally:
        hub.end()


@pytest.fixture(scope="module")
def mortal_hub(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub whose web server dies more than once."""
    hub = RunningHub(tmp_path_factory.mktemp("mortal"), origin.url)
    try:
        hub.start()
        yield hub
    finally:
        hub.end()


def test_pulls_that_wait_survive_the_death_of_the_web_server(
    all_clients: list[Client], mortal_hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    repos = [slow_of(client.version) for client in all_clients]
    for repo in repos:
        origin.fault("slow", repo, origin="cdn", rate=2 * MIB, times=None)
    pulls = [client.begin_download(mortal_hub.url, next(homes), slow_of(client.version)) for client in all_clients]
    until("bytes are on their way in", lambda: all(parts_asked_for(origin, repo) for repo in repos))
    mortal_hub.kill("gunicorn")
    until("the web server was started again", mortal_hub.is_ready)
    for client, pull in zip(all_clients, pulls, strict=True):
        ends_with_its_files(mortal_hub.url, client, ended(pull))


def test_pulls_in_the_middle_of_a_file_survive_the_death_of_the_web_server(
    all_clients: list[Client], mortal_hub: RunningHub, homes: Iterator[Path]
) -> None:
    with ExitStack() as stack:
        for client in all_clients:
            mortal_hub.bring(slow_of(client.version))
        lines = [stack.enter_context(SlowLine(mortal_hub.url, rate=MIB)) for _ in all_clients]
        pulls = [
            client.begin_download(line.url, next(homes), slow_of(client.version))
            for client, line in zip(all_clients, lines, strict=True)
        ]
        until("the files are on their way out", lambda: all(line.sent > 2 * MIB for line in lines))
        assert all(line.sent < 24 * MIB for line in lines)
        mortal_hub.kill("gunicorn")
        for line in lines:
            line.rate = 100 * MIB
        until("the web server was started again", mortal_hub.is_ready)
        for client, line, pull in zip(all_clients, lines, pulls, strict=True):
            ends_with_its_files(line.url, client, ended(pull))


def ends_with_its_files(url: str, client: Client, first: Pulled) -> None:
    """The pull itself, if the client tries again by itself; else the same command once more."""
    repo = slow_of(client.version)
    pulled = first if first.code == 0 else client.download(url, first.home, repo)
    assert pulled.code == 0, pulled.words
    assert pulled.files(repo) == digests_of(made(repo).head)


def test_a_mirror_goes_on_from_the_parts_it_had_when_the_whole_hub_was_killed(
    newest: Client, origin: Origin, homes: Iterator[Path], tmp_path: Path
) -> None:
    hub = begun_slowly(tmp_path, origin, SLOW_START)
    try:
        assert hub.serve
        hub.serve.kill()
        until("the killed hub's children have ended", lambda: not hub.processes())
        hub.start()
        goes_on_from_the_parts_it_has(hub, newest, next(homes), origin, SLOW_START)
    finally:
        hub.end()


def test_a_mirror_goes_on_from_the_parts_it_had_when_its_worker_was_killed(
    wounded_hub: RunningHub, newest: Client, origin: Origin, homes: Iterator[Path]
) -> None:
    goes_on_from_the_parts_it_has(wounded_hub, newest, next(homes), origin, SLOW_FILE)
