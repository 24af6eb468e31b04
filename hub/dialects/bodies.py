"""Bodies that are read while they are sent: part of a file, and part of an object of a store."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.http import StreamingHttpResponse

from hub.dialects.ranges import Window
from hub.errors import StoreError

BLOCK = 256 * 1024
"""Bytes that are read at a time, and that a body holds in memory."""


class Slice:
    """A file that ends after `length` bytes, for servers that read it, and with a `fileno` for those that send it."""

    def __init__(self, file: BinaryIO, window: Window) -> None:
        self._file = file
        self._left = window.length
        self.close = file.close
        file.seek(window.start)

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, count: int = -1) -> bytes:
        data = self._file.read(self._left if count < 0 else min(count, self._left))
        self._left -= len(data)
        return data

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(BLOCK):
            yield data


class FileResponse(StreamingHttpResponse):
    """Part of an open file. Django hands `file_to_stream` to the server and makes its `close` the response's."""

    block_size = BLOCK

    def __init__(self, file: BinaryIO, window: Window, status: int, headers: Mapping[str, str]) -> None:
        self.file_to_stream = Slice(file, window)
        # Django remembers the slice's own close before it puts the response's in its place.
        super().__init__(self.file_to_stream, status=status, headers={**headers, "Content-Length": str(window.length)})


class ObjectBody:
    """Exactly `window.length` bytes of an object, or StoreError: the server then breaks the connection, and the client
    resumes. An answer that ends early in silence would look whole to clients that do not count.

    The reader behind a store goes on by itself where its connection broke; what it raises is final.
    """

    def __init__(self, reader: BinaryIO, window: Window) -> None:
        self._reader = reader
        self._left = window.length
        self.close = reader.close
        reader.seek(window.start)

    def __iter__(self) -> Iterator[bytes]:
        while self._left:
            data = self._reader.read(min(BLOCK, self._left))
            if not data:
                raise StoreError(f"the store ended an object {self._left} bytes too early", "run manage.py verifyblobs")
            self._left -= len(data)
            yield data


class ObjectResponse(StreamingHttpResponse):
    """Part of an object, as it comes: a proxy must not hold it back or put it on its disk."""

    def __init__(self, reader: BinaryIO, window: Window, status: int, headers: Mapping[str, str]) -> None:
        own = {"Content-Length": str(window.length), "X-Accel-Buffering": "no"}
        super().__init__(ObjectBody(reader, window), status=status, headers={**headers, **own})
