"""Objects of one bucket below its prefix: names, writing, copying and removing them."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple

from hub.blobs.s3.address import BucketAddress
from hub.blobs.s3.connection import PATIENT, USUAL, Connection, Temper
from hub.blobs.s3.errors import GONE, NO_UPLOAD
from hub.blobs.s3.sending import Body
from hub.blobs.store import Bytes
from hub.errors import BadInput, HubError

COPY_LIMIT = 5 * 1024**3
"""Larger objects cannot be copied by one request."""
COPY_PIECE = 512 * 1024**2
COPY_THREADS = 8
WHOLE = 1024 * 1024
"""Bytes up to which a body is handed over as it is; larger ones announce themselves first, at the price of a wait."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"(?:sha256|git):[0-9a-f]{32,64}")
_TOO_LARGE_TO_COPY = {"InvalidRequest", "EntityTooLarge", "InvalidArgument"}


class Listed(NamedTuple):
    """An object as listings show it."""

    key: str
    size: int
    modified_at: datetime


class Objects:
    """The few things that are done to objects. Raises from the StoreError family."""

    def __init__(self, address: BucketAddress) -> None:
        self.address = address
        self.connection = Connection(address)
        self.encryption: dict[str, Any] = {}
        if address.sse:
            self.encryption["ServerSideEncryption"] = address.sse
        if address.kms_key:
            self.encryption["SSEKMSKeyId"] = address.kms_key

    def blob(self, sha256: str) -> str:
        """Raises BadInput for anything but 64 hex digits: nothing that a caller writes can leave the prefix."""
        if not _SHA256.fullmatch(sha256):
            raise BadInput(f"{sha256!r} is not a sha256 digest", "write it as 64 hex digits in lower case")
        return f"{self.address.prefix}sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def folder(self, key: str) -> str:
        """Where the upload `key` keeps what is its own."""
        if not _KEY.fullmatch(key):
            raise BadInput(f"{key!r} cannot name an upload", "use a digest such as sha256:<64 hex>")
        return f"{self.address.prefix}uploads/{key.replace(':', '-')}/"

    def upload_key(self, name: str) -> str | None:
        """The upload that an object in `uploads/` belongs to, None for a foreign name."""
        key = name.removeprefix(f"{self.address.prefix}uploads/").partition("/")[0].replace("-", ":", 1)
        return key if _KEY.fullmatch(key) else None

    def put(self, name: str, data: Bytes) -> str:
        """The ETag that it got."""
        body = bytes(data) if len(data) <= WHOLE else Body(data)
        answer = self.connection.call("put_object", Key=name, Body=body, ContentLength=len(data), **self.encryption)
        return str(answer["ETag"])

    def get(self, name: str) -> bytes | None:
        """A small object; None where there is none."""
        answer = self.connection.call_if_there("get_object", GONE, Key=name)
        return None if answer is None else bytes(self.connection.guarded(answer["Body"].read))

    def head(self, name: str, temper: Temper = USUAL) -> dict[str, Any] | None:
        """Size (ContentLength), LastModified and ETag; None where there is none."""
        answer: dict[str, Any] | None = self.connection.call_if_there("head_object", GONE, temper, Key=name)
        return answer

    def delete(self, name: str) -> None:
        self.connection.call_if_there("delete_object", GONE, Key=name)

    def list(self, prefix: str) -> Iterator[Listed]:
        for page in self.connection.pages("list_objects_v2", Prefix=prefix):
            for entry in page.get("Contents", ()):
                yield Listed(entry["Key"], entry["Size"], entry["LastModified"])

    def list_uploads(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        """Name, upload id and beginning of each multipart upload that is neither complete nor aborted."""
        for page in self.connection.pages("list_multipart_uploads", Prefix=prefix):
            for entry in page.get("Uploads", ()):
                yield entry["Key"], entry["UploadId"], entry["Initiated"]

    def begin(self, name: str) -> str:
        """A new multipart upload; its id."""
        answer = self.connection.call(
            "create_multipart_upload", Key=name, ContentType="application/octet-stream", **self.encryption
        )
        return str(answer["UploadId"])

    def complete(self, name: str, upload_id: str, etags: dict[int, str]) -> str:
        """Makes the object of exactly these parts (by number from 0), which the server compares; its ETag."""
        parts = [{"PartNumber": number + 1, "ETag": etag} for number, etag in sorted(etags.items())]
        answer = self.connection.call(
            "complete_multipart_upload", PATIENT, Key=name, UploadId=upload_id, MultipartUpload={"Parts": parts}
        )
        return str(answer["ETag"])

    def abort(self, name: str, upload_id: str) -> None:
        self.connection.call_if_there("abort_multipart_upload", GONE | NO_UPLOAD, Key=name, UploadId=upload_id)

    def copy(self, source: str, target: str, size: int, etag: str) -> None:
        """Within the bucket, by the server, atomically. Raises Precondition unless the source has this `etag`."""
        if size <= COPY_LIMIT and self._copy_at_once(source, target, etag):
            return
        upload_id = self.begin(target)
        try:
            self.complete(target, upload_id, self._copied_parts(source, target, size, etag, upload_id))
        except HubError:
            self.abort(target, upload_id)
            raise

    def _copy_at_once(self, source: str, target: str, etag: str) -> bool:
        """False where the server copies only smaller objects by one request."""
        answer = self.connection.call_if_there(
            "copy_object", _TOO_LARGE_TO_COPY, PATIENT, Key=target, **self._source(source, etag), **self.encryption
        )
        return answer is not None

    def _copied_parts(self, source: str, target: str, size: int, etag: str, upload_id: str) -> dict[int, str]:
        def copy(number: int) -> tuple[int, str]:
            start = number * COPY_PIECE
            answer = self.connection.call(
                "upload_part_copy",
                PATIENT,
                Key=target,
                UploadId=upload_id,
                PartNumber=number + 1,
                CopySourceRange=f"bytes={start}-{min(start + COPY_PIECE, size) - 1}",
                **self._source(source, etag),
            )
            return number, str(answer["CopyPartResult"]["ETag"])

        with ThreadPoolExecutor(COPY_THREADS, thread_name_prefix="copy") as pool:
            return dict(pool.map(copy, range(-(-size // COPY_PIECE))))

    def _source(self, name: str, etag: str) -> dict[str, Any]:
        return {"CopySource": {"Bucket": self.address.bucket, "Key": name}, "CopySourceIfMatch": etag}
