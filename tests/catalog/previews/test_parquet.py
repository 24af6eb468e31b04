import struct
from typing import Any

import pytest

from hub.catalog.previews import parquet
from hub.catalog.previews.reading import Unreadable
from tests.catalog.previews.bytes_of import bounded
from tests.web import shown_repo


def test_the_schema_and_the_first_rows_are_told() -> None:
    told = parquet.read_head(bounded(shown_repo.parquet()))
    assert (told.rows, told.row_groups) == (50, 1)
    assert told.columns == (("line", "int64"), ("text", "string"))
    assert told.first[1] == ("1", "Verse <1>")
    assert len(told.first) == 20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PAR1",
        b"PAR1" + bytes(100) + b"PAR1",
        b"PAR1" + bytes(30) + struct.pack("<I", 1 << 31) + b"PAR1",
        b"PAR1" + b"\xff" * 500 + struct.pack("<I", 400) + b"PAR1",
    ],
)
def test_what_is_no_parquet_file_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable):
        parquet.read_head(bounded(data))


def test_broken_pages_are_refused_in_a_sentence() -> None:
    data = bytearray(shown_repo.parquet())
    data[4:300] = b"\xff" * 296
    with pytest.raises(Unreadable):
        parquet.read_head(bounded(bytes(data)))


def test_without_the_library_people_learn_how_to_get_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(Unreadable, match="pyarrow is not installed") as error:
        parquet.read_head(bounded(shown_repo.parquet()))
    assert "entrepot[parquet]" in error.value.next_step
