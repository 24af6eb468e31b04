"""What ModelScope's clients download, by every version and from the hub as from its upstream: the right bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world

from .clients import Talk
from .modelscope_clients import ModelScope, Place, files_below
from .modelscope_shelf import CAPITALS, LARGE_FILE, SHARED, made

HEAD = made(SHARED).head


def test_a_download_ends_with_the_files(modelscope: ModelScope, anywhere: Place, homes: Iterator[Path]) -> None:
    pulled = modelscope.download(anywhere, next(homes), SHARED)
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(HEAD)


def test_a_download_as_older_scripts_write_it_ends_with_the_files(
    modelscope: ModelScope, anywhere: Place, homes: Iterator[Path]
) -> None:
    """With --model, and with an owner in small letters, whatever the hub calls it today."""
    pulled = modelscope.download(anywhere, next(homes), "--model", CAPITALS.lower())
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(made(CAPITALS).head)


def test_a_single_file_is_downloaded_alone(modelscope: ModelScope, anywhere: Place, homes: Iterator[Path]) -> None:
    pulled = modelscope.download(anywhere, next(homes), SHARED, LARGE_FILE)
    assert pulled.code == 0, pulled.words
    assert pulled.files == {LARGE_FILE: HEAD.files[LARGE_FILE].source.sha256}


def test_patterns_narrow_a_download(modelscope: ModelScope, anywhere: Place, homes: Iterator[Path]) -> None:
    patterns = ("--include", "*.txt", "--exclude", "*-00001.txt")
    pulled = modelscope.download(anywhere, next(homes), SHARED, *patterns)
    assert pulled.code == 0, pulled.words
    assert set(pulled.files) == {f"group-0/part-0000{number}.txt" for number in (0, 2, 3, 4, 5)}


def test_a_download_into_the_clients_own_cache_is_found_there(modelscope_talk: Talk) -> None:
    folder = Path(modelscope_talk.value(f"snapshot_download({SHARED!r})"))
    assert folder.is_relative_to(modelscope_talk.home / "cache")
    assert files_below(folder) == {path: file.source.sha256 for path, file in HEAD.files.items()}


def test_a_file_is_downloaded_by_the_python_interface(modelscope_talk: Talk) -> None:
    path = Path(modelscope_talk.value(f"model_file_download({SHARED!r}, {LARGE_FILE!r}, revision='master')"))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == HEAD.files[LARGE_FILE].source.sha256


def test_awkward_names_arrive_under_their_own_names(
    modelscope: ModelScope, anywhere: Place, homes: Iterator[Path]
) -> None:
    pulled = modelscope.download(anywhere, next(homes), world.AWKWARD)
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(world.awkward().head)


@pytest.mark.parametrize("kind", ["by the command line", "by the python interface"])
def test_a_dataset_comes_as_a_model_does(
    modelscope: ModelScope, modelscope_talk: Talk, anywhere: Place, homes: Iterator[Path], kind: str
) -> None:
    if kind == "by the command line":
        pulled = modelscope.download(anywhere, next(homes), "--dataset", world.DATASET)
        assert pulled.code == 0, pulled.words
        files = pulled.files
    else:
        files = files_below(Path(modelscope_talk.value(f"dataset_snapshot_download({world.DATASET!r})")))
    assert files == modelscope.takes(world.dataset().head)
