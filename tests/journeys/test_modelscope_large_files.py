"""A large file comes in parts side by side, and goes on where it was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.nginx import TlsNginx

from .modelscope_clients import ModelScope, Place, files_below
from .modelscope_shelf import CUT, LARGER_THAN_A_PART, PARALLEL, made
from .processes import until
from .shelf import MIB
from .slow_line import SlowLine

IN_PARTS = {
    "MODELSCOPE_DOWNLOAD_PARALLEL_THRESHOLD_MB": "8",
    "MODELSCOPE_DOWNLOAD_PARALLEL_WORKERS": "4",
    "MODELSCOPE_DOWNLOAD_PART_SIZE_MB": "5",
}
IN_PARTS_BEFORE = {"MODELSCOPE_PARALLEL_DOWNLOAD_THRESHOLD_MB": "100", "MODELSCOPE_DOWNLOAD_PARALLELS": "4"}
"""As the old line calls them. Its parts have a size of their own, and a file that is smaller than one ends it with an
error."""


def parts_seen_by(front: TlsNginx) -> int:
    return len([line for line in front.asked() if '/repo" 206' in line])


def test_a_large_file_comes_in_parts_side_by_side(
    newest_modelscope: ModelScope, place: Place, front: TlsNginx, homes: Iterator[Path]
) -> None:
    seen_by_nginx, before = Place(front.plain), parts_seen_by(front)
    pulled = newest_modelscope.download(seen_by_nginx, next(homes), PARALLEL, **IN_PARTS)
    assert pulled.code == 0, pulled.words
    assert pulled.files == newest_modelscope.takes(made(PARALLEL).head)
    largest = max(file.size for file in made(PARALLEL).head.files.values())
    assert parts_seen_by(front) - before == -(-largest // (5 * MIB))


@pytest.mark.parametrize("modelscope", ["1.20.1", "1.34.0"], indirect=True)
def test_a_large_file_comes_in_parts_to_the_old_line(
    modelscope: ModelScope, place: Place, front: TlsNginx, homes: Iterator[Path]
) -> None:
    before = parts_seen_by(front)
    pulled = modelscope.download(place, next(homes), LARGER_THAN_A_PART, **IN_PARTS_BEFORE)
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(made(LARGER_THAN_A_PART).head)
    small = len(made(LARGER_THAN_A_PART).head.files) - 1
    assert parts_seen_by(front) - before == small + 2


def test_parts_come_from_the_upstream_itself(
    newest_modelscope: ModelScope, modelscope_itself: Place, homes: Iterator[Path]
) -> None:
    pulled = newest_modelscope.download(modelscope_itself, next(homes), PARALLEL, **IN_PARTS)
    assert pulled.code == 0, pulled.words[-3000:]
    assert pulled.files == newest_modelscope.takes(made(PARALLEL).head)


@pytest.fixture
def held(newest_modelscope: ModelScope, place: Place, homes: Iterator[Path]) -> None:
    assert newest_modelscope.download(place, next(homes), CUT).code == 0


def test_a_download_that_was_killed_goes_on_where_it_was(
    newest_modelscope: ModelScope, place: Place, homes: Iterator[Path], held: None
) -> None:
    home = next(homes)
    with SlowLine(place.url, rate=12 * MIB) as line:
        begun = newest_modelscope.begin_download(Place(line.url), home, CUT)
        until("a third of the file has come", lambda: line.sent > 16 * MIB)
        begun.kill()
        begun.end()
    assert not any(one.stat().st_size == made(CUT).head.files[path].size for path, one in large_files(home))
    with SlowLine(place.url, rate=1 << 40) as line:
        pulled = newest_modelscope.download(Place(line.url), home, CUT)
    assert pulled.code == 0, pulled.words[-3000:]
    assert files_below(home / "pulled") == newest_modelscope.takes(made(CUT).head)
    assert 0 < line.sent < 40 * MIB


def large_files(home: Path) -> list[tuple[str, Path]]:
    """The whole files, by their path in the repo."""
    found = [(path, home / "pulled" / path) for path, file in made(CUT).head.files.items() if file.size > MIB]
    return [(path, one) for path, one in found if one.exists()]
