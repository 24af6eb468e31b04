"""What is not there, or not allowed, as a person at a terminal with `modelscope download` reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import token_of, world

from .modelscope_clients import ModelScope, Place, Pulled, files_below
from .modelscope_shelf import TO_APPROVE, TO_REFUSE, WITH_A_TOKEN, WITHOUT_A_TOKEN, made
from .origin import Origin
from .running import RunningHub


@pytest.fixture(scope="module", autouse=True)
def without_licences(modelscope_origin: Origin) -> None:
    for repo in (TO_APPROVE, TO_REFUSE):
        modelscope_origin.control("POST", "repo", {"repo": repo, "card": {}})


def request_named_in(pulled: Pulled, where: str) -> str:
    """The number of the request whose address at the hub, as its client knows it, stands in the terminal."""
    assert pulled.code != 0, pulled.words
    assert pulled.files == {}
    found = re.search(rf"{re.escape(where)}/-/requests/(\d+)", pulled.words)
    assert found, pulled.words
    return found.group(1)


def test_a_developer_reads_that_approval_is_needed_and_after_it_the_same_command_works(
    every_modelscope: list[ModelScope], place: Place, both: RunningHub, homes: Iterator[Path]
) -> None:
    numbers = set()
    for client in every_modelscope:
        pulled = client.download(place, next(homes), TO_APPROVE)
        assert "needs an admin's approval here" in pulled.words, pulled.words
        numbers.add(request_named_in(pulled, client.endpoint_of(place)))
    (number,) = numbers
    approved = both.manage("approve", number)
    assert approved.returncode == 0, approved.stdout
    for client in every_modelscope:
        pulled = client.download(place, next(homes), TO_APPROVE)
        assert pulled.code == 0, pulled.words
        assert pulled.files == client.takes(made(TO_APPROVE).head)


def test_a_developer_reads_why_a_repo_was_refused(
    every_modelscope: list[ModelScope], place: Place, both: RunningHub, homes: Iterator[Path]
) -> None:
    number = request_named_in(every_modelscope[-1].download(place, next(homes), TO_REFUSE), place.url)
    refused = both.manage("refuse", number, "--reason", "its makers are unknown")
    assert refused.returncode == 0, refused.stdout
    for client in every_modelscope:
        pulled = client.download(place, next(homes), TO_REFUSE)
        assert "its makers are unknown" in pulled.words
        assert request_named_in(pulled, client.endpoint_of(place)) == number


def test_a_repo_or_a_revision_that_is_not_there_is_told_as_such(
    modelscope: ModelScope, place: Place, homes: Iterator[Path]
) -> None:
    pulled = modelscope.download(place, next(homes), "acme/never-was")
    assert pulled.code != 0
    assert "acme/never-was" in pulled.words
    assert pulled.files == {}
    pulled = modelscope.download(place, next(homes), world.TINY, "--revision", "v9")
    assert pulled.code != 0
    assert "v9" in pulled.words
    assert pulled.files == {}


def test_a_file_that_is_not_there_fails_the_command(
    modelscope: ModelScope, place: Place, homes: Iterator[Path]
) -> None:
    pulled = modelscope.download(place, next(homes), world.TINY, "nowhere.bin")
    assert pulled.code != 0
    assert "nowhere.bin" in pulled.words
    assert pulled.files == {}


def test_a_closed_hub_takes_its_own_token_and_no_other(
    modelscope: ModelScope, closed_place: Place, closed: RunningHub, homes: Iterator[Path]
) -> None:
    """By `modelscope login`, which every version can: the old line keeps the cookie that it is given."""
    for token in ("", token_of("nobody here")):
        home = next(homes)
        if token:
            assert modelscope.login(closed_place, home, token).code != 0
        pulled = modelscope.download(closed_place, home, WITH_A_TOKEN)
        assert pulled.code != 0
        assert "token" in pulled.words.lower()
        assert pulled.files == {}
    home = next(homes)
    logged_in = modelscope.login(closed_place, home, closed.manage("token", "ann", "--create").stdout.split()[-1])
    assert logged_in.code == 0, logged_in.words
    pulled = modelscope.download(closed_place, home, WITH_A_TOKEN)
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(made(WITH_A_TOKEN).head)


def test_the_python_interface_logs_in_and_is_known_from_then_on(
    modelscope: ModelScope, closed_place: Place, closed: RunningHub, homes: Iterator[Path]
) -> None:
    token = closed.manage("token", "cleo", "--create").stdout.split()[-1]
    home = next(homes)
    talk = modelscope.talk(closed_place, home)
    try:
        refused = talk.ask(f"snapshot_download({WITH_A_TOKEN!r})")
        git_token = talk.value(f"api.login({token!r})[0]")
        folder = Path(talk.value(f"snapshot_download({WITH_A_TOKEN!r})"))
    finally:
        talk.end()
    assert refused.error
    assert git_token == token
    assert files_below(folder) == modelscope.takes(made(WITH_A_TOKEN).head)


def test_the_newest_takes_a_token_from_its_environment(
    newest_modelscope: ModelScope, closed_place: Place, closed: RunningHub, homes: Iterator[Path]
) -> None:
    token = closed.manage("token", "bea", "--create").stdout.split()[-1]
    pulled = newest_modelscope.download(closed_place, next(homes), WITH_A_TOKEN, MODELSCOPE_API_TOKEN=token)
    assert pulled.code == 0, pulled.words
    wrong = newest_modelscope.download(closed_place, next(homes), WITH_A_TOKEN, MODELSCOPE_API_TOKEN=token[:-1])
    assert wrong.code != 0
    assert wrong.files == {}


def test_a_developers_own_token_of_modelscope_goes_nowhere(
    newest_modelscope: ModelScope, place: Place, both: RunningHub, modelscope_origin: Origin, homes: Iterator[Path]
) -> None:
    token = token_of("a developer who is logged in elsewhere")
    pulled = newest_modelscope.download(place, next(homes), WITHOUT_A_TOKEN, MODELSCOPE_API_TOKEN=token)
    assert pulled.code == 0, pulled.words
    seen = [str(entry.headers) for entry in modelscope_origin.log()]
    assert seen
    assert not any(token in headers for headers in seen)
    kept = [path for path in [both.folder / "hub.log", *both.data.rglob("*")] if path.is_file()]
    assert not any(token.encode() in path.read_bytes() for path in kept)
