"""What is not there, or not allowed: the right exception in the client, with the hub's sentence in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world

from .clients import Client, Talk
from .running import RunningHub


@pytest.fixture(scope="module", autouse=True)
def held(hub: RunningHub) -> None:
    hub.bring(world.TINY)


def test_a_missing_file_is_an_absent_entry(talk: Talk) -> None:
    answer = talk.ask(f"hub.hf_hub_download({world.TINY!r}, 'nowhere.bin')")
    assert "EntryNotFoundError" in answer.error
    assert "LocalEntryNotFoundError" not in answer.error
    assert "nowhere.bin" in answer.words


def test_a_missing_folder_is_an_absent_entry(talk: Talk) -> None:
    answer = talk.ask(f"list(api.list_repo_tree({world.TINY!r}, 'additional_chat_templates'))")
    assert "EntryNotFoundError" in answer.error


@pytest.mark.parametrize(
    "call",
    [
        "hub.snapshot_download('acme/never-was')",
        "hub.hf_hub_download('acme/never-was', 'config.json')",
        "api.model_info('acme/never-was')",
    ],
    ids=["snapshot", "file", "info"],
)
def test_a_missing_repo_is_told_as_such_with_the_hubs_sentence(talk: Talk, call: str) -> None:
    answer = talk.ask(call)
    assert "RepositoryNotFoundError" in answer.error
    assert "acme/never-was" in answer.words
    assert "no model acme/never-was on huggingface" in answer.words


def test_a_missing_revision_is_told_as_such(talk: Talk) -> None:
    for call in (
        f"hub.snapshot_download({world.TINY!r}, revision='v9')",
        f"hub.hf_hub_download({world.TINY!r}, 'config.json', revision='v9')",
    ):
        answer = talk.ask(call)
        assert "RevisionNotFoundError" in answer.error, call
        assert "v9" in answer.words


def test_a_gated_repo_that_the_hub_has_no_access_to_is_told_as_such(talk: Talk) -> None:
    for call in (f"hub.snapshot_download({world.GATED!r})", f"hub.hf_hub_download({world.GATED!r}, 'config.json')"):
        answer = talk.ask(call)
        assert "GatedRepoError" in answer.error, call
        assert "/-/requests/" in answer.words
        assert "HUB_HUGGINGFACE_TOKEN" in answer.words


def test_the_command_line_tells_that_a_repo_or_revision_does_not_exist(
    client: Client, hub: RunningHub, homes: Iterator[Path]
) -> None:
    pulled = client.download(hub.url, next(homes), "acme/never-was")
    assert pulled.code == 1
    assert "acme/never-was" in pulled.words
    assert "no model acme/never-was on huggingface" in pulled.words
    pulled = client.download(hub.url, next(homes), world.TINY, "--revision", "v9")
    assert pulled.code == 1
    assert "v9" in pulled.words
