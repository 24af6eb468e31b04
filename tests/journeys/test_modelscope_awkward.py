"""More files than the upstream lists at once, and than the newest client believes in one answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fakes import world

from .modelscope_clients import ModelScope, Place


def test_a_tree_of_thousands_of_files_arrives_whole(
    newest_modelscope: ModelScope, place: Place, homes: Iterator[Path]
) -> None:
    pulled = newest_modelscope.download(place, next(homes), world.MANY_FILES)
    assert pulled.code == 0, pulled.words[-2000:]
    assert pulled.files == newest_modelscope.takes(world.many_files().head)
