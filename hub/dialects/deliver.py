"""Hands out the bytes of a blob, for both dialects: one function decides how, and Python never copies a large file.

A local file goes out by `sendfile`: gunicorn takes `file_to_stream` of the response through `wsgi.file_wrapper` and
sends Content-Length bytes from the file's current offset. Small blobs are kept in memory, where one `send` is cheaper
than opening a file.
"""

import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from hub.blobs.stores import store
from hub.catalog.memory import Memory
from hub.dialects.ranges import Window, is_unchanged, range_still_holds, window_of
from hub.errors import BlobMissing

SMALL = 64 * 1024
"""Bytes. Up to here a blob is kept in memory."""
BLOCK = 256 * 1024
"""Bytes that servers without sendfile read at a time."""

_small: Memory[str, bytes] = Memory(1024)


def deliver(request: HttpRequest, blob: str, size: int, etag: str, headers: Mapping[str, str]) -> HttpResponseBase:
    """The blob `blob` (sha256) of `size` bytes, whole or the one range that was asked for, with `headers`.

    Answers 304, 206 and 416 too. Raises BlobMissing where the store does not have what the rows promise.
    """
    meta = request.META
    full = {"ETag": f'"{etag}"', "Accept-Ranges": "bytes", **headers}
    if (known := meta.get("HTTP_IF_NONE_MATCH")) and is_unchanged(known, etag):
        return _bare(304, size, full)
    wanted = meta.get("HTTP_RANGE", "") if range_still_holds(meta.get("HTTP_IF_RANGE", ""), etag) else ""
    window = window_of(wanted, size)
    if window is None:
        return _bare(416, 0, full | {"Content-Range": f"bytes */{size}"})
    if window.partial:
        full["Content-Range"] = f"bytes {window.start}-{window.start + window.length - 1}/{size}"
    status = 206 if window.partial else 200
    if request.method == "HEAD" or not window.length:
        return _bare(status, window.length, full)
    if size <= SMALL:
        data = _bytes_of(blob, size)[window.start : window.start + window.length]
        return HttpResponse(data, status=status, headers=full | {"Content-Length": str(window.length)})
    return BlobResponse(_opened(blob, size), window, status, full)


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


class BlobResponse(StreamingHttpResponse):
    """Part of an open file. Django hands `file_to_stream` to the server and makes its `close` the response's."""

    block_size = BLOCK

    def __init__(self, file: BinaryIO, window: Window, status: int, headers: Mapping[str, str]) -> None:
        self.file_to_stream = Slice(file, window)
        # Django remembers the slice's own close before it puts the response's in its place.
        super().__init__(self.file_to_stream, status=status, headers={**headers, "Content-Length": str(window.length)})


def _bare(status: int, length: int, headers: Mapping[str, str]) -> HttpResponse:
    """No body, but the length that a body would have (a 304 tells the file's)."""
    return HttpResponse(status=status, headers={**headers, "Content-Length": str(length)})


def _bytes_of(blob: str, size: int) -> bytes:
    found = _small.get(blob)
    if found is None:
        with _opened(blob, size) as file:
            found = file.read()
        _small.put(blob, found)
    return found


def _opened(blob: str, size: int) -> BinaryIO:
    """The blob's file, unbuffered, so that its offset is the descriptor's. A file of another size is not the blob:
    sending it would break the connection's framing for the next answer."""
    try:
        file = open(store().locate(blob).path, "rb", buffering=0)  # noqa: SIM115
    except FileNotFoundError:
        raise _lost(blob) from None
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        raise _lost(blob)
    return file


def _lost(blob: str) -> BlobMissing:
    return BlobMissing(f"the store has lost sha256:{blob}", "an operator can run manage.py verifyblobs")
