"""Digests of bytes as they stream by: sha256, and the git blob id that small files are known by.

A git blob id is the sha1 of `blob <size>\\0` and the bytes, so the size must be known before the first byte.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import CorruptBytes

GIT_OID_LIMIT = 16 * 1024 * 1024
"""Hubs keep files of more than 10 MiB in LFS, so larger blobs are never asked for by git blob id."""


class Algorithm(StrEnum):
    SHA256 = "sha256"
    GIT = "git"


@dataclass(frozen=True)
class Digest:
    """What upstream promises about a file: `sha256:<64 hex>` (LFS) or `git:<40 hex>` (git blob id)."""

    algorithm: Algorithm
    hex: str

    @classmethod
    def parse(cls, text: str) -> "Digest":
        algorithm, _, value = text.partition(":")
        return cls(Algorithm(algorithm), value)

    def __str__(self) -> str:
        return f"{self.algorithm.value}:{self.hex}"


class Hasher:
    """Takes the bytes of one file of `size` bytes, in order; `git_oid` is "" for blobs that git never holds."""

    def __init__(self, size: int, promised: Digest) -> None:
        self.size = size
        self.promised = promised
        self.seen = 0
        self._sha256 = hashlib.sha256()
        self._git = None
        if promised.algorithm is Algorithm.GIT or size <= GIT_OID_LIMIT:
            # git's object ids are sha1 by definition; nothing here relies on it for secrecy.
            self._git = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)

    def update(self, data: bytes | bytearray | memoryview) -> None:
        self.seen += len(data)
        self._sha256.update(data)
        if self._git is not None:
            self._git.update(data)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def git_oid(self) -> str:
        return self._git.hexdigest() if self._git is not None else ""

    def verify(self) -> None:
        """Raises CorruptBytes unless size and digest are the promised ones."""
        if self.seen != self.size:
            raise CorruptBytes(f"{self.seen} bytes arrived where {self.size} were promised")
        found = self.sha256 if self.promised.algorithm is Algorithm.SHA256 else self.git_oid
        if found != self.promised.hex:
            raise CorruptBytes(
                f"the bytes have the {self.promised.algorithm.value} digest {found}, not {self.promised.hex}"
            )


def digest_of(chunks: Iterable[bytes], size: int, promised: Digest) -> Hasher:
    """The hasher after all `chunks`; the caller decides whether to verify."""
    hasher = Hasher(size, promised)
    for chunk in chunks:
        hasher.update(chunk)
    return hasher


def git_blob_id(data: bytes) -> str:
    """The id under which git keeps these bytes."""
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def lfs_pointer(sha256: str, size: int) -> bytes:
    """What git stores in place of a file in LFS (git-lfs specification, version 1)."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
