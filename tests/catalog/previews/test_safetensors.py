import json
import struct
from typing import Any

import pytest

from hub.catalog.previews.reading import Unreadable
from hub.catalog.previews.safetensors import MOST_HEADER, read_header
from tests.catalog.previews.bytes_of import bounded
from tests.fakes import world


def made(header: Any, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype: Any = "F16", shape: Any = (2, 3), offsets: Any = (0, 12)) -> dict[str, Any]:
    listed = [list(one) if isinstance(one, tuple) else one for one in (shape, offsets)]
    return {"dtype": dtype, "shape": listed[0], "data_offsets": listed[1]}


def test_tensors_are_told_with_their_shapes_and_counts() -> None:
    header = {"__metadata__": {"format": "pt"}, "a": tensor(), "b": tensor("F32", (), (12, 16))}
    told = read_header(bounded(made(header, bytes(16))))
    assert [(one.name, one.dtype, one.shape, one.parameters, one.bytes) for one in told.tensors] == [
        ("a", "F16", (2, 3), 6, 12),
        ("b", "F32", (), 1, 4),
    ]
    assert (told.parameters, told.by_dtype, told.metadata) == (7, {"F16": 6, "F32": 1}, {"format": "pt"})


def test_a_real_file_is_read() -> None:
    assert read_header(bounded(world.safetensors(64))).parameters == 64


def test_only_the_header_is_read() -> None:
    data = made({"a": tensor("U8", (5_000_000,), (0, 5_000_000))}, bytes(5_000_000))
    assert read_header(bounded(data, most=1000)).parameters == 5_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        struct.pack("<Q", 1 << 63),
        struct.pack("<Q", 100) + b"{}",
        made(b"no json at all"),
        made(b"[" * 100_000),
        made([]),
        made({"a": 3}),
        made({"a": tensor(dtype=3)}),
        made({"a": tensor(shape="x")}),
        made({"a": tensor(shape=[1, -1])}),
        made({"a": tensor(shape=[True])}),
        made({"a": tensor(shape=[2] * 100)}),
        made({"a": tensor(offsets=[0, 13])}, bytes(12)),
        made({"a": tensor(offsets=[9, 3])}, bytes(12)),
        made({"a": tensor(offsets=[0])}, bytes(12)),
        made({"a": tensor(offsets=None)}, bytes(12)),
        made(b'{"a": {"dtype": "F16", "shape": [1e400], "data_offsets": [0, 0]}}'),
        made(b'{"a": ' + b"9" * 5000 + b"}"),
    ],
)
def test_what_is_no_safetensors_file_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        read_header(bounded(data))
    assert error.value.words.endswith(".")


def test_a_header_that_is_too_long_is_not_read() -> None:
    size = MOST_HEADER + 100
    file = bounded(struct.pack("<Q", MOST_HEADER + 1) + bytes(size), most=8)
    with pytest.raises(Unreadable, match="too many"):
        read_header(file)
