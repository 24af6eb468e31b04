"""Reading objects: one seekable reader for each consumer, or everything as fast as it comes."""

import io
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from hub.blobs.s3.connection import USUAL, Connection, Temper
from hub.blobs.s3.errors import Precondition
from hub.errors import BlobMissing, StoreError

PIECE = 8 * 1024 * 1024
"""Bytes that one request asks for: a reader that is closed early wastes one connection, and no more bytes than this."""
AHEAD = 4
TRIES = 4


class ObjectReader(io.RawIOBase):
    """A seekable view of the object `key` of `size` bytes. A connection that breaks is replaced where it broke."""

    def __init__(self, connection: Connection, key: str, size: int, temper: Temper = USUAL) -> None:
        self._connection = connection
        self._temper = temper
        self._key = key
        self._size = size
        self._position = 0
        self._body: Any = None
        self._left = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset != self._position:
            self._drop()
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = memoryview(buffer)[: max(0, self._size - self._position)]
        if not wanted:
            return 0
        for attempt in range(TRIES):
            try:
                return self._read(wanted)
            except (BlobMissing, Precondition):
                raise
            except StoreError:
                self._drop()
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError

    def close(self) -> None:
        self._drop()
        super().close()

    def _read(self, buffer: memoryview) -> int:
        if not self._left:
            self._drop()
            self._left = min(PIECE, self._size - self._position)
            self._body = read_range(self._connection, self._key, self._position, self._left, temper=self._temper)
        count: int = self._connection.guarded(lambda: self._body.readinto(buffer[: self._left]))
        if not count:
            raise StoreError("the store ended an object too early", "it is tried again by itself", 1)
        self._position += count
        self._left -= count
        return count

    def _drop(self) -> None:
        """A body that was read to its end has given its connection back; any other is closed with it."""
        if self._body is not None:
            self._body.close()
        self._body, self._left = None, 0


def read_range(
    connection: Connection, key: str, start: int, length: int, etag: str = "", temper: Temper = USUAL
) -> Any:
    """The streaming body of one range. Raises BlobMissing, Precondition where the object has another `etag`."""
    only: dict[str, Any] = {"IfMatch": etag} if etag else {}
    where = f"bytes={start}-{start + length - 1}"
    answer = connection.call_if_there("get_object", {"NoSuchKey"}, temper, Key=key, Range=where, **only)
    if answer is None:
        raise missing(connection, key)
    return answer["Body"]


def read_all(connection: Connection, key: str, size: int, etag: str) -> Iterator[bytes]:
    """The object's bytes in order, AHEAD pieces at a time, all of them of the object that has this `etag`."""

    def piece(start: int) -> bytes:
        length = min(PIECE, size - start)
        for attempt in range(TRIES):
            try:
                body = read_range(connection, key, start, length, etag)
                return bytes(connection.guarded(body.read))
            except (BlobMissing, Precondition):
                raise
            except StoreError:
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError

    coming: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="read") as pool:
        try:
            for start in range(0, size, PIECE):
                coming.append(pool.submit(piece, start))
                if len(coming) >= AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:
                future.cancel()


def missing(connection: Connection, key: str) -> BlobMissing:
    name = key.rpartition("/")[2]
    return BlobMissing(
        f"the store {connection.address.name} does not hold sha256:{name}",
        "run manage.py verifyblobs to see what is lost",
    )
