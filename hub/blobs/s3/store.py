"""The store in a bucket."""

import io
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings

from hub.blobs.s3.address import BucketAddress
from hub.blobs.s3.buffers import Buffers
from hub.blobs.s3.connection import AWAITED, BRISK, USUAL
from hub.blobs.s3.errors import Vanished
from hub.blobs.s3.objects import Objects
from hub.blobs.s3.reading import ObjectReader, missing
from hub.blobs.s3.upload import Marker, S3Upload
from hub.blobs.store import Bytes, SignedAddress, StoredBlob

READ_BUFFER = 256 * 1024


class S3Store:
    """Blobs as objects of one bucket, below a prefix. Any number of hosts use it at once."""

    def __init__(self, address: BucketAddress) -> None:
        self.address = address
        self._objects = Objects(address)
        self._buffers = Buffers()
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._was_written = False

    def check(self) -> None:
        """Raises StoreError unless the bucket can be listed and, tried once in a process, written."""
        prefix = f"{self.address.prefix}uploads/"
        self._objects.connection.call("list_objects_v2", BRISK, Prefix=prefix, MaxKeys=1)
        if not self._was_written:
            probe = f"{prefix}check-{uuid4().hex}"
            self._objects.connection.call("put_object", BRISK, Key=probe, Body=b"", **self._objects.encryption)
            self._objects.delete(probe)
            self._was_written = True

    def upload(self, key: str, size: int) -> S3Upload:
        """Raises BlobTooLarge, or StoreError where the bucket does not answer. Two workers may have the same key."""
        self._count(key, 1)
        try:
            return S3Upload(self._objects, key, size, self._buffers, lambda: self._count(key, -1))
        except BaseException:
            self._count(key, -1)
            raise

    def put(self, blobs: Mapping[str, Bytes]) -> None:
        """Raises StoreFull or StoreError; then some of the blobs may be held already, which harms nothing."""
        names = {self._objects.blob(sha256): data for sha256, data in blobs.items()}
        with ThreadPoolExecutor(max(1, min(len(names), settings.CONNECTIONS)), thread_name_prefix="put") as pool:
            for _ in pool.map(self._objects.put, names, names.values()):
                pass

    def open(self, sha256: str, awaited: bool = False) -> BinaryIO:
        name = self._objects.blob(sha256)
        temper = AWAITED if awaited else USUAL
        if (found := self._objects.head(name, temper)) is None:
            raise missing(self._objects.connection, name)
        raw = ObjectReader(self._objects.connection, name, found["ContentLength"], temper)
        return cast(BinaryIO, io.BufferedReader(raw, READ_BUFFER))

    def size(self, sha256: str) -> int | None:
        found = self._objects.head(self._objects.blob(sha256))
        return None if found is None else int(found["ContentLength"])

    def locate(self, sha256: str, shown: Mapping[str, str] | None = None) -> SignedAddress:
        """Signed without asking anybody, so a blob that is not held gets an address too, which answers 404."""
        seconds = settings.DELIVERY_SECONDS
        return SignedAddress(
            self._objects.connection.presigned(self._objects.blob(sha256), seconds, shown or {}), seconds
        )

    def delete(self, sha256: str, before: datetime | None = None) -> bool:
        name = self._objects.blob(sha256)
        found = self._objects.head(name)
        if found is None or (before is not None and found["LastModified"] >= before):
            return False
        self._objects.delete(name)
        return True

    def walk(self) -> Iterator[StoredBlob]:
        for entry in self._objects.list(f"{self.address.prefix}sha256/"):
            sha256 = entry.key.rpartition("/")[2]
            if len(sha256) == 64 and entry.key == self._objects.blob(sha256):
                yield StoredBlob(sha256, entry.size, entry.modified_at)

    def stale_uploads(self, before: datetime) -> Iterator[str]:
        """Touched means: a part of it was sealed. What this process has open is never stale."""
        touched: dict[str, datetime] = {}
        for name, at in self._traces():
            key = self._objects.upload_key(name) or _key_of_blob(name)
            if key is not None:
                touched[key] = max(at, touched.get(key, at))
        for key, at in sorted(touched.items()):
            if at < before and not self._open[key] and not self._is_fresh(key, before):
                yield key

    def drop_upload(self, key: str) -> None:
        """Leaves an upload alone that this process has open."""
        folder = self._objects.folder(key)
        if self._open[key]:
            return
        algorithm, _, value = key.partition(":")
        copies = self._objects.blob(value) if algorithm == "sha256" and len(value) == 64 else folder
        for prefix in (folder, copies):
            for name, upload_id, _ in list(self._objects.list_uploads(prefix)):
                self._objects.abort(name, upload_id)
        marker = self._marker(key)
        if marker is not None and marker.upload_id:
            self._objects.abort(marker.name, marker.upload_id)
        for entry in list(self._objects.list(folder)):
            self._objects.delete(entry.key)

    def free_bytes(self) -> int | None:
        return None

    def _count(self, key: str, by: int) -> None:
        with self._lock:
            self._open[key] += by
            if not +self._open:
                self._buffers.drop()

    def _traces(self) -> Iterator[tuple[str, datetime]]:
        """Whatever shows that an upload was begun: markers, objects that wait for their copy, multipart uploads."""
        for entry in self._objects.list(f"{self.address.prefix}uploads/"):
            yield entry.key, entry.modified_at
        for name, _, at in self._objects.list_uploads(self.address.prefix):
            yield name, at

    def _is_fresh(self, key: str, before: datetime) -> bool:
        """Whether a part was sealed since; asked last, because it costs a request."""
        marker = self._marker(key)
        if marker is None or not marker.upload_id:
            return False
        try:
            pages = self._objects.connection.pages("list_parts", Key=marker.name, UploadId=marker.upload_id)
            return any(part["LastModified"] >= before for page in pages for part in page.get("Parts", ()))
        except Vanished:
            return False

    def _marker(self, key: str) -> Marker | None:
        return Marker.read(self._objects.get(self._objects.folder(key) + "upload"))


def _key_of_blob(name: str) -> str | None:
    """A copy of a large object into its place that was killed is a multipart upload under the blob's own name."""
    sha256 = name.rpartition("/")[2]
    return f"sha256:{sha256}" if "/sha256/" in f"/{name}" and len(sha256) == 64 else None
