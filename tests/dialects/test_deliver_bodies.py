"""What is read from a store while it is sent: exactly what was promised, in little memory, or an error."""

import io
from typing import BinaryIO, cast

import pytest

from hub.dialects.bodies import BLOCK, ObjectBody
from hub.dialects.ranges import Window
from hub.errors import StoreError

DATA = bytes(range(256)) * 4096


class Counted(io.BytesIO):
    most = 0

    def read(self, count: int | None = -1) -> bytes:
        assert count is not None
        self.most = max(self.most, count)
        return super().read(count)


def test_the_window_is_given_in_blocks() -> None:
    reader = Counted(DATA)
    assert b"".join(ObjectBody(reader, Window(10, 600_000, partial=True))) == DATA[10:600_010]
    assert reader.most == BLOCK


def test_an_object_that_ends_too_early_is_an_error_and_not_an_end() -> None:
    body = iter(ObjectBody(io.BytesIO(DATA), Window(0, len(DATA) + 1, partial=False)))
    with pytest.raises(StoreError, match="1 bytes too early"):
        b"".join(body)


def test_the_reader_is_closed_with_the_body() -> None:
    reader = io.BytesIO(DATA)
    body = ObjectBody(cast(BinaryIO, reader), Window(0, 5, partial=True))
    next(iter(body))
    body.close()
    assert reader.closed
