"""The store protocol: where verified bytes live, addressed by sha256. tests/contracts/ holds what every store must do.

Large blobs arrive through an Upload, in parts that may be written in any order and that survive `kill -9` once sealed.
Small blobs arrive many at a time through `put`. Neither shows anything to readers before the digest has been verified:
the caller verifies, then calls `finish` or `put`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    """The blob can be read as a file on this host: deliver it by sendfile. `name` is its path below the store."""

    path: Path
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class SignedAddress:
    """The blob can be read from this address, by anybody, for so many seconds: deliver it by a redirect."""

    url: str
    seconds: int


Bytes = bytes | bytearray | memoryview

Location = LocalFile | SignedAddress
"""How a blob can be handed out."""


class Upload(Protocol):
    """One large blob on its way in. Parts have `part_size` bytes, the last one what is left.

    Where `in_memory`, a part that was written takes `part_size` bytes of memory until it is sealed and forgotten: the
    caller bounds how many there are. Where `rereads`, parts of an earlier run are here that `read` cannot give: the
    caller seals what is missing, and hashes what `reread` gives.
    """

    size: int
    part_size: int
    in_memory: bool
    rereads: bool
    seals_at_once: int
    """Calls of `seal` that are worth running at the same time."""

    def sealed(self) -> frozenset[int]:
        """Numbers (from 0) of the parts that are durable, from this run or one that was killed."""

    def write(self, offset: int, data: Bytes) -> None:
        """Writes inside one part; bytes of one part come in order, from one thread."""

    def seal(self, number: int) -> None:
        """Makes a fully written part durable. Raises StoreFull or StoreError."""

    def read(self, offset: int, length: int) -> Bytes:
        """Bytes inside one part that was written in this run, or sealed in an earlier one unless `rereads`."""

    def forget(self, number: int) -> None:
        """The part will not be read again."""

    def reread(self) -> Iterator[Bytes]:
        """Every byte, in order, as the store has it, once all parts are sealed. Nobody else sees it before `finish`."""

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

        Raises StoreFull where the rest cannot fit, BlobTooLarge where it never will. Two writers of one key must not
        spoil each other: a store refuses the second with StoreError, or sees to it that what either finishes is right.
        """

    def put(self, blobs: Mapping[str, Bytes]) -> None:
        """Stores small blobs under their sha256; returns when all are durable."""

    def open(self, sha256: str, awaited: bool = False) -> BinaryIO:
        """A seekable reader, which raises StoreError; where a client is waiting (`awaited`), rather soon than late.

        Raises BlobMissing.
        """

    def size(self, sha256: str) -> int | None:
        """Bytes held under this digest; None where there are none."""

    def locate(self, sha256: str, shown: Mapping[str, str] | None = None) -> Location:
        """How to hand the blob out without touching its bytes, found out without any network. `shown` are headers that
        a reader of a signed address should get (Content-Type, Content-Disposition).

        Raises BlobMissing where that can be told.
        """

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
