"""A large blob on its way into a bucket: a multipart upload, and a small object that says which one.

Parts of an unfinished multipart upload cannot be read. So a part's bytes stay in memory until they are both hashed and
sealed, and what an earlier run has sealed is hashed by reading the object that the parts become. That object has a
passing name; only once its digest was verified is it copied, by the server, to the name that says so.

Nothing is locked, because nothing needs to be: the upload is completed with the ETags of exactly those parts that this
process has sent or means to read again, so that a late worker that overwrites a part makes the completion fail, never
the bytes wrong; and the copy names the ETag of the object that was verified.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from mmap import mmap
from typing import Self
from uuid import uuid4

from hub.blobs.s3.buffers import Buffers
from hub.blobs.s3.errors import Vanished
from hub.blobs.s3.objects import Objects
from hub.blobs.s3.reading import read_all
from hub.blobs.s3.sending import Body
from hub.blobs.store import Bytes
from hub.digests import Algorithm, Digest, Hasher
from hub.errors import BlobTooLarge, CorruptBytes, StoreError

MIB = 1024 * 1024
PART_SIZE = 8 * MIB
MOST_PARTS = 10_000
MOST_BYTES = 5 * 1024**4


def part_size_of(size: int) -> int:
    """8 MiB; for files of more than 78 GiB as many whole MiB as make 10,000 parts. Raises BlobTooLarge."""
    if size > MOST_BYTES:
        raise BlobTooLarge(
            f"a file of {size:,} bytes is larger than the 5 TiB that an object of a bucket may have",
            "leave it out by a pattern, or keep the blobs in a directory",
        )
    return max(PART_SIZE, -(-size // (MOST_PARTS * MIB)) * MIB)


@dataclass(frozen=True)
class Marker:
    """Which multipart upload a key's bytes go into. `name` is the object that it becomes."""

    name: str
    upload_id: str
    size: int
    part_size: int

    @classmethod
    def read(cls, data: bytes | None) -> Self | None:
        try:
            found = cls(**json.loads(data or b"{}"))
            return found if found.part_size > 0 and found.size >= 0 else None
        except (TypeError, ValueError):
            return None

    def written(self) -> bytes:
        return json.dumps(asdict(self)).encode()


class S3Upload:
    """One upload; its methods may be called from many threads."""

    in_memory = True
    seals_at_once = 8

    def __init__(self, objects: Objects, key: str, size: int, memory: Buffers, closed: Callable[[], None]) -> None:
        self.size = size
        self._objects = objects
        self._folder = objects.folder(key)
        self._memory = memory
        self._closed = closed
        self._lock = threading.Lock()
        self._etags: dict[int, str] = {}
        self._buffers: dict[int, mmap] = {}
        self._filled: dict[int, int] = {}
        self._hashed: set[int] = set()
        self._whole = ""
        self._finished = False
        self._marker = self._resumed() or self._begun()
        self.part_size = self._marker.part_size
        self.rereads = self._unproven = bool(self.sealed())

    def sealed(self) -> frozenset[int]:
        with self._lock:
            return frozenset(range(self._count) if self._whole else self._etags)

    def write(self, offset: int, data: Bytes) -> None:
        number, start = divmod(offset, self.part_size)
        length = self._length_of(number) if 0 <= offset <= self.size else 0
        if start + len(data) > length:
            raise StoreError(f"bytes up to {offset + len(data)} do not fit an upload of {self.size}")
        with self._lock:
            buffer = self._buffers.get(number)
            if buffer is None:
                buffer = self._buffers[number] = self._memory.take(self.part_size)
            # The bytes of a part come in order; whoever begins it anew begins at its start.
            self._filled[number] = start + len(data)
        buffer[start : start + len(data)] = data

    def seal(self, number: int) -> None:
        with self._lock:
            if number in self._etags:
                return
            buffer, length = self._buffers.get(number), self._length_of(number)
            if buffer is None or self._filled[number] != length:
                raise StoreError(f"part {number} of an upload was not written to its end", "this is a fault of the hub")
        marker = self._marker
        answer = self._objects.connection.call(
            "upload_part",
            Key=marker.name,
            UploadId=marker.upload_id,
            PartNumber=number + 1,
            Body=Body(memoryview(buffer)[:length]),
            ContentLength=length,
        )
        with self._lock:
            self._etags[number] = str(answer["ETag"])
            if number in self._hashed:
                self._memory.give(self._buffers.pop(number))

    def read(self, offset: int, length: int) -> Bytes:
        number, start = divmod(offset, self.part_size)
        with self._lock:
            buffer = self._buffers.get(number)
        if buffer is None:
            raise StoreError("a sealed part can be read only as part of the whole", "this is a fault of the hub")
        return memoryview(buffer)[start : min(start + length, self._length_of(number))]

    def forget(self, number: int) -> None:
        with self._lock:
            self._hashed.add(number)
            if number in self._etags and (buffer := self._buffers.pop(number, None)):
                self._memory.give(buffer)

    def reread(self) -> Iterator[Bytes]:
        self._assemble()
        yield from read_all(self._objects.connection, self._marker.name, self.size, self._whole)
        self._unproven = False

    def finish(self, sha256: str) -> None:
        target = self._objects.blob(sha256)
        if self._finished:
            return
        self._assemble()
        if self._unproven:
            self._prove(sha256)
        self._objects.copy(self._marker.name, target, self.size, self._whole)
        self._finished = True
        self._objects.delete(self._marker.name)
        self._drop_marker()

    def abandon(self) -> None:
        if self._marker.upload_id:
            self._objects.abort(self._marker.name, self._marker.upload_id)
        self._objects.delete(self._marker.name)
        self._drop_marker()
        with self._lock:
            self._etags.clear()
            self._whole = ""

    def close(self) -> None:
        with self._lock:
            while self._buffers:
                self._memory.give(self._buffers.popitem()[1])
        self._closed()

    @property
    def _count(self) -> int:
        return -(-self.size // self.part_size)

    def _length_of(self, number: int) -> int:
        return min(self.part_size, self.size - number * self.part_size)

    def _resumed(self) -> Marker | None:
        """Goes on with what the marker names; None where there is nothing to go on with."""
        marker = Marker.read(self._objects.get(self._folder + "upload"))
        if marker is None:
            return None
        self.part_size = marker.part_size
        fits = marker.size == self.size
        if fits and (self._find_parts(marker) or self._find_whole(marker)):
            return marker
        if not fits and marker.upload_id:
            self._objects.abort(marker.name, marker.upload_id)
        return None

    def _find_parts(self, marker: Marker) -> bool:
        """Whether the multipart upload is still there; remembers its parts."""
        try:
            pages = self._objects.connection.pages("list_parts", Key=marker.name, UploadId=marker.upload_id or "-")
            for part in (part for page in pages for part in page.get("Parts", ())):
                number = part["PartNumber"] - 1
                if number < self._count and part["Size"] == self._length_of(number):
                    self._etags[number] = part["ETag"]
        except Vanished:
            self._etags.clear()
            return False
        return True

    def _find_whole(self, marker: Marker) -> bool:
        """Whether the parts were put together already, by somebody who died before the copy."""
        found = self._objects.head(marker.name)
        if found is None or found["ContentLength"] != self.size:
            return False
        self._whole = found["ETag"]
        return True

    def _begun(self) -> Marker:
        """The marker is written before the first part, so that no part is ever lost."""
        name = self._folder + uuid4().hex
        part_size = part_size_of(self.size)
        marker = Marker(name, self._objects.begin(name) if self.size else "", self.size, part_size)
        self._objects.put(self._folder + "upload", marker.written())
        return marker

    def _assemble(self) -> None:
        """Puts the parts together, under the passing name."""
        if self._whole:
            return
        if len(self._etags) != self._count:
            raise StoreError(f"only {len(self._etags)} of {self._count} parts are sealed", "this is a fault of the hub")
        if not self.size:
            self._whole = self._objects.put(self._marker.name, b"")
            return
        try:
            self._whole = self._objects.complete(self._marker.name, self._marker.upload_id, self._etags)
        except StoreError:
            # Completed by another worker, or by a try of ours whose answer was lost: whose parts these are is open.
            if not self._find_whole(self._marker):
                raise
            self._unproven = True

    def _prove(self, sha256: str) -> None:
        hasher = Hasher(self.size, Digest(Algorithm.SHA256, sha256))
        for piece in self.reread():
            hasher.update(piece)
        try:
            hasher.verify()
        except CorruptBytes:
            self.abandon()
            raise

    def _drop_marker(self) -> None:
        """Unless it is another worker's by now."""
        name = self._folder + "upload"
        if Marker.read(self._objects.get(name)) == self._marker:
            self._objects.delete(name)
