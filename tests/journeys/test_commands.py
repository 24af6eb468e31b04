"""The operator's commands, and a hub that asks who is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world

from .clients import Client, digests_of
from .origin import Origin
from .running import RunningHub
from .shelf import PATTERNS, WITH_A_TOKEN, made


def test_mirror_takes_a_revision_and_tells_the_commit(hub: RunningHub) -> None:
    commit = world.tiny().tags["v1.0"].oid
    done = hub.manage("mirror", f"huggingface:{world.TINY}", "--revision", "v1.0", "--wait")
    assert done.returncode == 0, done.stdout
    assert commit in done.stdout


def test_mirror_takes_a_dataset(newest: Client, hub: RunningHub, homes: Iterator[Path]) -> None:
    done = hub.manage("mirror", world.DATASET, "--kind", "dataset", "--wait")
    assert done.returncode == 0, done.stdout
    pulled = newest.download(hub.url, next(homes), world.DATASET, "--repo-type", "dataset")
    assert pulled.code == 0, pulled.words
    assert pulled.files(world.DATASET, "dataset") == digests_of(world.dataset().head)


def test_mirror_with_patterns_fetches_no_more_than_they_name_and_a_pull_of_the_rest_brings_it_in(
    newest: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    done = hub.manage("mirror", PATTERNS, "--include", "*.txt", "--exclude", "*-00001.txt", "--wait")
    assert done.returncode == 0, done.stdout
    fetched = [entry.path for entry in origin.log(PATTERNS) if "resolve" in entry.path]
    assert any("part-00000.txt" in path for path in fetched)
    assert not any("part-00001.txt" in path or "safetensors" in path or "README" in path for path in fetched)
    pulled = newest.download(hub.url, next(homes), PATTERNS)
    assert pulled.code == 0, pulled.words
    assert pulled.files(PATTERNS) == digests_of(made(PATTERNS).head)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("acme/never-was",), "acme/never-was"),
        (("not a name",), "not a name"),
        ((world.TINY, "--revision", "v9"), "v9"),
        (("elsewhere:acme/tiny",), "elsewhere"),
    ],
    ids=["no such repo", "no name", "no such revision", "no such upstream"],
)
def test_mirror_of_what_does_not_exist_says_so_and_fails(
    hub: RunningHub, arguments: tuple[str, ...], words: str
) -> None:
    done = hub.manage("mirror", *arguments, "--wait")
    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stdout


def test_a_hub_without_anonymous_pulls_asks_for_a_token_and_takes_its_own(
    client: Client, strict_hub: RunningHub, homes: Iterator[Path]
) -> None:
    pulled = client.download(strict_hub.url, next(homes), WITH_A_TOKEN)
    assert pulled.code == 1
    assert "token" in pulled.words.lower()
    assert "401" in pulled.words
    token = strict_hub.manage("token", "ann", "--create").stdout.split()[-1]
    pulled = client.download(strict_hub.url, next(homes), WITH_A_TOKEN, HF_TOKEN=token)
    assert pulled.code == 0, pulled.words
    assert pulled.files(WITH_A_TOKEN) == digests_of(made(WITH_A_TOKEN).head)
