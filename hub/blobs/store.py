"""The store protocol: where verified bytes live, addressed by sha256. tests/contracts/ holds what every store must do.

Large blobs arrive through an Upload, in parts that may be written in any order and that survive `kill -9` once sealed.
Small blobs arrive many at a time through `put`. Neither shows anything to readers before the digest has been verified:
the caller verifies, then calls `finish` or `put`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class StoredBlob:
    """An object that the store holds, whether or not a row knows it."""

    sha256: str
    size: int
    modified_at: datetime


@dataclass(frozen=True)
class LocalFile:
    """The blob can be read as a file on this host: deliver it by sendfile."""

    path: Path


Bytes = bytes | bytearray | memoryview

Location = LocalFile
"""How a blob can be handed out. A store without local files adds its own kind (a presigned address)."""


class Upload(Protocol):
    """One large blob on its way in. Parts have `part_size` bytes, the last one what is left."""

    size: int
    part_size: int

    def sealed(self) -> frozenset[int]:
        """Numbers (from 0) of the parts that are durable, from this run or one that was killed."""

    def write(self, offset: int, data: Bytes) -> None:
        """Writes inside one part; bytes of one part come in order, from one thread."""

    def seal(self, number: int) -> None:
        """Makes a fully written part durable. Raises StoreFull or StoreError."""

    def read(self, offset: int, length: int) -> bytes:
        """Bytes that were written or sealed before; used to hash in order and after a resume."""

    def finish(self, sha256: str) -> None:
        """Publishes the bytes under their digest, atomically and durably. Doing it twice is fine."""

    def abandon(self) -> None:
        """Throws away what has arrived, sealed parts too (the bytes turned out wrong)."""

    def close(self) -> None:
        """Gives up handles; sealed parts stay for the next worker."""


class Store(Protocol):
    def check(self) -> None:
        """Raises StoreError with a sentence that says what is wrong with the configuration, if anything is."""

    def upload(self, key: str, size: int) -> Upload:
        """Begins or resumes the upload that is known as `key` (a transfer's digest, `sha256:…` or `git:…`).

        Raises StoreFull where the rest cannot fit, StoreError while somebody else writes the same key.
        """

    def put(self, blobs: Mapping[str, Bytes]) -> None:
        """Stores small blobs under their sha256; returns when all are durable."""

    def open(self, sha256: str) -> BinaryIO:
        """A seekable reader. Raises BlobMissing."""

    def size(self, sha256: str) -> int | None:
        """Bytes held under this digest; None where there are none."""

    def locate(self, sha256: str) -> Location:
        """How to hand the blob out without touching its bytes. Raises BlobMissing."""

    def delete(self, sha256: str, before: datetime | None = None) -> bool:
        """Removes the bytes, and says whether it did; with `before`, only those that were written before it."""

    def walk(self) -> Iterator[StoredBlob]:
        """Every object held, in no order."""

    def stale_uploads(self, before: datetime) -> Iterator[str]:
        """Keys of unfinished uploads that nobody has touched since `before`."""

    def drop_upload(self, key: str) -> None:
        """Throws an unfinished upload away."""

    def free_bytes(self) -> int | None:
        """Room that is left, in bytes; None where the store has no bound."""
