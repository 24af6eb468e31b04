"""The header of a safetensors file: which tensors it has. Its layout: eight bytes with the length of the header, the
header in JSON, the tensors."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.catalog.previews.reading import Bounded, Unreadable

MOST_HEADER = 16_000_000
"""Bytes. The largest models are cut into files with headers of less than a megabyte."""
_AS_IT_IS = "download it only if you trust where it comes from"


@dataclass(frozen=True, slots=True)
class Tensor:
    name: str
    dtype: str
    shape: tuple[int, ...]
    parameters: int
    bytes: int


@dataclass(frozen=True)
class Header:
    """`parameters` and `by_dtype` count numbers, not bytes."""

    tensors: tuple[Tensor, ...]
    metadata: Mapping[str, str]
    header_bytes: int
    parameters: int
    by_dtype: Mapping[str, int]


def read_header(file: Bounded) -> Header:
    """Raises Unreadable where it is no header that a reader of safetensors would take."""
    length = int.from_bytes(file.exactly(8), "little")
    if length > file.size - 8:
        raise Unreadable(f"the header is announced with {length:,} bytes, which is more than the file has", _AS_IT_IS)
    if length > MOST_HEADER:
        raise Unreadable(f"the header has {length:,} bytes, too many to be shown here", "download the file instead")
    told = _parsed(file.exactly(length))
    metadata = told.pop("__metadata__", {})
    room = file.size - 8 - length
    tensors = tuple(_tensor(name, entry, room) for name, entry in told.items())
    counts: Counter[str] = Counter()
    for tensor in tensors:
        counts[tensor.dtype] += tensor.parameters
    notes = {str(k)[:200]: str(v)[:2000] for k, v in list(metadata.items())[:100]} if isinstance(metadata, dict) else {}
    return Header(tensors, notes, length, sum(counts.values()), dict(counts.most_common()))


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("the header is no JSON, so this is no safetensors file", _AS_IT_IS) from None
    if not isinstance(told, dict):
        raise Unreadable("the header names no tensors, so this is no safetensors file", _AS_IT_IS)
    return told


def _tensor(name: str, entry: Any, room: int) -> Tensor:
    entry = entry if isinstance(entry, dict) else {}
    dtype, shape, place = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(dtype, str) or not _are_counts(shape) or len(shape) > 32:
        raise Unreadable(f"the header says nothing sensible about the tensor {name[:200]!r}", _AS_IT_IS)
    if not _are_counts(place) or len(place) != 2 or not place[0] <= place[1] <= room:
        raise Unreadable(f"the tensor {name[:200]!r} would lie outside of the file", _AS_IT_IS)
    return Tensor(name[:500], dtype[:20], tuple(shape), math.prod(shape), place[1] - place[0])


def _are_counts(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    return all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 1 << 62 for one in value)
