"""Bounded reading of held bytes. What is inside of a file is hostile until it has been looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from hub.blobs.stores import store
from hub.errors import BadInput


class Unreadable(BadInput):
    """The file is not what its name says, or too large to look into: it can be downloaded all the same."""


class Readable(Protocol):
    def read(self, length: int = -1, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def tell(self) -> int: ...


class Bounded:
    """A seekable reader of which at most `most` bytes are read, wherever they lie. Raises Unreadable beyond them."""

    def __init__(self, file: Readable, size: int, most: int) -> None:
        self._file = file
        self.size = size
        self._left = most

    def read(self, length: int = -1, /) -> bytes:
        here = self._file.tell()
        wanted = max(0, self.size - here) if length is None or length < 0 else length
        if wanted > self._left:
            raise Unreadable("too much of the file would have to be read to show what is in it", "download it instead")
        data = self._file.read(wanted)
        self._left -= len(data)
        return data

    def exactly(self, length: int) -> bytes:
        """Raises Unreadable where the file ends before."""
        data = self.read(length)
        if len(data) != length:
            raise Unreadable("the file ends in the middle of what it announces", "download it to see for yourself")
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


@contextmanager
def held_bytes(sha256: str, size: int, most: int) -> Iterator[Bounded]:
    """The bytes of a held blob, of which at most `most` can be read. Raises BlobMissing and StoreError."""
    file: BinaryIO
    with store().open(sha256, awaited=True) as file:
        yield Bounded(file, size, most)


def head_of(sha256: str, size: int, most: int) -> bytes:
    """The first `most` bytes of a held blob."""
    with held_bytes(sha256, size, most) as file:
        return file.read(min(size, most))
