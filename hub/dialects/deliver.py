"""Hands out the bytes of a blob, for both dialects: one function decides how, and Python copies a large file only where
nothing else reaches the client.

A local file goes out by `sendfile`: gunicorn takes `file_to_stream` of the response through `wsgi.file_wrapper` and
sends Content-Length bytes from the file's current offset. An object is read from the store by the client, by nginx or
by the hub (hub/dialects/ways.py). Small blobs are kept in memory, where one `send` is cheaper than opening a file.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hub.blobs.scrub import suspect
from hub.blobs.store import LocalFile
from hub.blobs.stores import store
from hub.catalog.memory import Memory
from hub.dialects.bodies import FileResponse, ObjectBody, ObjectResponse
from hub.dialects.elsewhere import accelerated, redirected
from hub.dialects.ranges import Window, is_unchanged, range_still_holds, window_of
from hub.dialects.ways import Way, way_of
from hub.errors import BlobMissing

SMALL = 64 * 1024
"""Bytes. Up to here a blob is kept in memory."""
SHOWN = ("Content-Type", "Content-Disposition")
"""Headers that the store is told to send where it answers in our place."""

_small: Memory[str, bytes] = Memory(1024)


class Delivery(NamedTuple):
    """An answer, and the part of the file that a client gets by it, from whomever; None where it gets none."""

    answer: HttpResponseBase
    window: Window | None = None


def deliver(request: HttpRequest, blob: str, size: int, etag: str, headers: Mapping[str, str]) -> Delivery:
    """The blob `blob` (sha256) of `size` bytes, whole or the one range that was asked for, with `headers`.

    Answers 302, 304, 206 and 416 too. Raises BlobMissing where the store does not have what the rows promise, and
    StoreError where it does not answer.
    """
    meta = request.META
    full = {"ETag": f'"{etag}"', "Accept-Ranges": "bytes", **headers}
    if (known := meta.get("HTTP_IF_NONE_MATCH")) and is_unchanged(known, etag):
        return Delivery(_bare(304, size, full))
    wanted = meta.get("HTTP_RANGE", "") if range_still_holds(meta.get("HTTP_IF_RANGE", ""), etag) else ""
    window = window_of(wanted, size)
    if window is None:
        return Delivery(_bare(416, 0, full | {"Content-Range": f"bytes */{size}"}))
    if window.partial:
        full["Content-Range"] = f"bytes {window.start}-{window.start + window.length - 1}/{size}"
    status = 206 if window.partial else 200
    if request.method == "HEAD":
        # Never by a redirect: clients of 1.30 to 1.33 would ask HEAD of an address that is signed for GET.
        return Delivery(_bare(status, window.length, full))
    if not window.length:
        return Delivery(_bare(status, 0, full), window)
    if size <= SMALL:
        data = _bytes_of(blob, size)[window.start : window.start + window.length]
        return Delivery(_whole(data, status, full), window)
    return Delivery(_large(request, blob, size, window, full), window)


def _large(request: HttpRequest, blob: str, size: int, window: Window, headers: Mapping[str, str]) -> HttpResponseBase:
    location = store().locate(blob, {name: headers[name] for name in SHOWN if name in headers})
    way = way_of(settings.DELIVERY, location, request.META, window)
    status = 206 if window.partial else 200
    if way is Way.ACCEL:
        return accelerated(location, window, headers)
    if isinstance(location, LocalFile):
        return FileResponse(_opened(location.path, blob, size), window, status, headers)
    if way is Way.REDIRECT:
        return redirected(location, blob, size, headers)
    if way is Way.DIRECT:
        with store().open(blob, awaited=True) as reader:
            return _whole(b"".join(ObjectBody(reader, window)), status, headers)
    return ObjectResponse(store().open(blob, awaited=True), window, status, headers)


def _bare(status: int, length: int, headers: Mapping[str, str]) -> HttpResponse:
    """No body, but the length that a body would have (a 304 tells the file's)."""
    return HttpResponse(status=status, headers={**headers, "Content-Length": str(length)})


def _whole(data: bytes, status: int, headers: Mapping[str, str]) -> HttpResponse:
    return HttpResponse(data, status=status, headers={**headers, "Content-Length": str(len(data))})


def _bytes_of(blob: str, size: int) -> bytes:
    found = _small.get(blob)
    if found is None:
        with store().open(blob, awaited=True) as file:
            found = file.read(size + 1)
        # What is kept in memory outlives a repair on the disk, so it must be right.
        if hashlib.sha256(found).hexdigest() != blob:
            raise _lost(blob)
        _small.put(blob, found)
    return found


def _opened(path: Path, blob: str, size: int) -> BinaryIO:
    """The blob's file, unbuffered, so that its offset is the descriptor's. A file of another size is not the blob:
    sending it would break the connection's framing for the next answer."""
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115
    except FileNotFoundError:
        raise _lost(blob) from None
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        raise _lost(blob)
    return file


def _lost(blob: str) -> BlobMissing:
    suspect(blob)
    return BlobMissing(f"the store has lost sha256:{blob}", "an operator can run manage.py verifyblobs")
