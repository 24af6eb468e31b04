import struct

import pytest

from hub.catalog.previews.gguf import Array, read_header
from hub.catalog.previews.reading import Unreadable
from tests.catalog.previews.bytes_of import bounded
from tests.web.shown_repo import gguf


def head(pairs: int = 0, tensors: int = 0, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, pairs)


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def test_notes_and_tensors_are_told() -> None:
    told = read_header(bounded(gguf()))
    assert told.pairs["general.architecture"] == "llama"
    assert told.pairs["llama.context_length"] == 4096
    tokens = told.pairs["tokenizer.ggml.tokens"]
    assert isinstance(tokens, Array)
    assert (tokens.count, tokens.first[:2]) == (12, ("token-0", "token-1"))
    assert str(tokens).endswith("token-7, …] (12)")
    assert [(one.name, one.type, one.shape) for one in told.tensors] == [("blk.0.attn_q.weight", "Q4_K", (64, 32))]
    assert told.by_type == {"Q4_K": 2048}


def test_a_long_vocabulary_is_passed_over() -> None:
    words = b"".join(text(b"w%d" % number) for number in range(100_000))
    data = (
        head(pairs=2) + text(b"v") + struct.pack("<IIQ", 9, 8, 100_000) + words + text(b"n") + struct.pack("<IB", 7, 1)
    )
    assert read_header(bounded(data)).pairs["n"] is True


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"PK\x03\x04" + bytes(100),
        head(version=1),
        head(version=99),
        head(pairs=1 << 60),
        head(tensors=1 << 60),
        head(pairs=1),
        head(pairs=1) + struct.pack("<Q", 1 << 62),
        head(pairs=1) + text(b"k") + struct.pack("<I", 77),
        head(pairs=1) + text(b"k") + struct.pack("<IIQ", 9, 8, 1 << 62),
        head(pairs=1) + text(b"k") + struct.pack("<IIQ", 9, 0, 1 << 62),
        head(pairs=1) + text(b"k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 20,
        head(tensors=1) + text(b"t") + struct.pack("<I", 1 << 31),
        head(tensors=1) + text(b"t") + struct.pack("<IQ", 1, 5),
    ],
)
def test_what_is_no_gguf_file_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        read_header(bounded(data))
    assert error.value.words.endswith(".")


def test_a_tensor_of_endless_size_is_a_large_number_and_no_more() -> None:
    data = head(tensors=1) + text(b"t") + struct.pack("<I8Q", 8, *([1 << 60] * 8)) + struct.pack("<IQ", 999, 0)
    told = read_header(bounded(data))
    assert told.parameters == 1 << 62
    assert told.tensors[0].type == "type 999"


def test_a_text_that_is_not_utf8_is_shown_all_the_same() -> None:
    data = head(pairs=1) + text(b"\xff\xfe") + struct.pack("<I", 8) + text(b"\xff")
    assert list(read_header(bounded(data)).pairs.values()) == ["�"]
