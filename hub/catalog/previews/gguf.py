"""What a GGUF file says about itself: its key-value pairs and its tensors, both before the data."""

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hub.catalog.previews.reading import Bounded, Unreadable

MOST_READ = 48_000_000
"""Bytes. The vocabulary stands before the tensors, and has some megabytes."""
MOST_PAIRS, MOST_TENSORS, MOST_ITEMS = 4096, 100_000, 4_000_000
SHOWN_ITEMS = 8
"""Of an array."""
_CHUNK = 1 << 20
_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K",
    12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
    20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
    29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}  # fmt: skip


@dataclass(frozen=True)
class Array:
    """The first items of `count`."""

    count: int
    first: tuple["Value", ...]

    def __str__(self) -> str:
        shown = ", ".join(str(one)[:80] for one in self.first)
        return f"[{shown}{', …' if self.count > len(self.first) else ''}] ({self.count:,})"


Value = str | int | float | bool | Array


@dataclass(frozen=True, slots=True)
class Tensor:
    name: str
    type: str
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class Header:
    """`by_type` counts numbers of each kind of quantisation."""

    version: int
    pairs: Mapping[str, Value]
    tensors: tuple[Tensor, ...]
    parameters: int
    by_type: Mapping[str, int]


def read_header(file: Bounded) -> Header:
    """Raises Unreadable for what is no GGUF file of version 2 or 3."""
    cursor = _Cursor(file)
    if cursor.take(4) != b"GGUF":
        raise Unreadable("the file does not begin as a GGUF file does", "download it only if you trust its source")
    version = cursor.number("I")
    if version not in (2, 3):
        raise Unreadable(f"this is GGUF of version {version}, and 2 and 3 are known here", "download it instead")
    tensors, pairs = cursor.number("Q"), cursor.number("Q")
    if pairs > MOST_PAIRS or tensors > MOST_TENSORS:
        raise Unreadable(f"the file announces {pairs:,} notes and {tensors:,} tensors", "download it instead")
    notes = dict(_pair(cursor) for _ in range(pairs))
    found = tuple(_tensor(cursor) for _ in range(tensors))
    counts: Counter[str] = Counter()
    for tensor in found:
        counts[tensor.type] += tensor.parameters
    return Header(version, notes, found, sum(counts.values()), dict(counts.most_common()))


class _Cursor:
    """Reads forward in large pieces: a vocabulary is hundreds of thousands of small strings."""

    def __init__(self, file: Bounded) -> None:
        self._file = file
        self._data = b""
        self._at = 0
        self.items = MOST_ITEMS

    def take(self, length: int) -> bytes:
        if self._at + length > len(self._data):
            self._fill(length)
        piece = self._data[self._at : self._at + length]
        self._at += length
        return piece

    def _fill(self, length: int) -> None:
        rest = self._data[self._at :]
        missing = length - len(rest)
        if missing > self._file.size - self._file.tell():
            raise Unreadable("the file ends in the middle of what it announces", "download it to see for yourself")
        self._data = rest + self._file.read(min(max(_CHUNK, missing), self._file.size - self._file.tell()))
        self._at = 0

    def number(self, code: str) -> int:
        return int(self.scalar(code))

    def scalar(self, code: str) -> int | float | bool:
        found: int | float | bool = struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]
        return found

    def text(self, most: int = 20_000) -> str:
        length = self.number("Q")
        return self.take(length)[:most].decode("utf-8", "replace")

    def counted(self, items: int) -> None:
        self.items -= items
        if self.items < 0:
            raise Unreadable("the file announces more items than can be looked at", "download it instead")


def _pair(cursor: _Cursor) -> tuple[str, Value]:
    return cursor.text(500), _value(cursor, cursor.number("I"), 0)


def _value(cursor: _Cursor, kind: int, depth: int) -> Value:
    if kind == _STRING:
        return cursor.text()
    if kind in _NUMBERS:
        return cursor.scalar(_NUMBERS[kind])
    if kind != _ARRAY or depth > 3:
        raise Unreadable(f"a note of the file has the unknown kind {kind}", "download it instead")
    inner, count = cursor.number("I"), cursor.number("Q")
    cursor.counted(count)
    if inner in _NUMBERS:
        first = tuple(cursor.scalar(_NUMBERS[inner]) for _ in range(min(count, SHOWN_ITEMS)))
        cursor.take((count - len(first)) * struct.calcsize(f"<{_NUMBERS[inner]}"))
        return Array(count, first)
    kept: list[Value] = []
    for number in range(count):
        if number < SHOWN_ITEMS:
            kept.append(_value(cursor, inner, depth + 1))
        elif inner == _STRING:
            cursor.take(cursor.number("Q"))
        else:
            _value(cursor, inner, depth + 1)
    return Array(count, tuple(kept))


def _tensor(cursor: _Cursor) -> Tensor:
    name, dimensions = cursor.text(500), cursor.number("I")
    if dimensions > 8:
        raise Unreadable(f"the tensor {name!r} has {dimensions} dimensions", "download the file instead")
    shape = tuple(cursor.number("Q") for _ in range(dimensions))
    kind = cursor.number("I")
    cursor.number("Q")
    parameters = 1
    for length in shape:
        parameters = min(parameters * length, 1 << 62)
    return Tensor(name, TYPES.get(kind, f"type {kind}"), shape, parameters)
