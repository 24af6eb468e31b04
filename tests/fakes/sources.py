"""Where the bytes of a file come from: memory, a file on disk, or a deterministic generator."""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
import threading
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from .identity import blob_oid_of_chunks, sha256_of_chunks

CHUNK = 1 << 20
# Generated files up to this size are kept in memory: thousands of temporary files would cost more than they save.
IN_MEMORY_LIMIT = 256 << 10


class Source:
    """Bytes of a known length; those with a path can be sent by the kernel without being copied."""

    size: int
    path: Path | None = None

    def read(self, offset: int, length: int) -> bytes:
        raise NotImplementedError

    def chunks(self) -> Iterator[bytes]:
        for offset in range(0, self.size, CHUNK):
            yield self.read(offset, min(CHUNK, self.size - offset))

    @cached_property
    def sha256(self) -> str:
        return sha256_of_chunks(self.chunks())

    @cached_property
    def blob_oid(self) -> str:
        return blob_oid_of_chunks(self.size, self.chunks())


class InMemory(Source):
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


class OnDisk(Source):
    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    def read(self, offset: int, length: int) -> bytes:
        assert self.path is not None
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def chunks(self) -> Iterator[bytes]:
        assert self.path is not None
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


class Synthetic(Source):
    """Pseudo-random bytes that are the same for the same seed on every machine."""

    def __init__(self, size: int, seed: int = 0) -> None:
        self.size = size
        self.seed = seed
        self._lock = threading.Lock()
        self._made: Source | None = None

    @property
    def made(self) -> Source:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> Source:
        if self.size <= IN_MEMORY_LIMIT:
            return InMemory(b"".join(synthetic_chunks(self.size, self.seed)))
        path = scratch_dir() / f"synthetic-{self.seed}-{self.size}-{id(self)}"
        with path.open("wb") as file:
            for chunk in synthetic_chunks(self.size, self.seed):
                file.write(chunk)
        self.path = path
        return OnDisk(path)

    def read(self, offset: int, length: int) -> bytes:
        return self.made.read(offset, length)

    def chunks(self) -> Iterator[bytes]:
        # Hashing pulls the bytes out of the generator, so that a big repo costs no disk until it is downloaded.
        return synthetic_chunks(self.size, self.seed)


def synthetic_chunks(size: int, seed: int) -> Iterator[bytes]:
    """One random block repeated, with its number in front: fast to make, and no two blocks are equal."""
    block = random.Random(seed).randbytes(min(size, CHUNK))
    for number, offset in enumerate(range(0, size, CHUNK)):
        yield (number.to_bytes(8, "big") + block[8:] if number else block)[: size - offset]


@lru_cache(maxsize=1)
def scratch_dir() -> Path:
    path = Path(tempfile.mkdtemp(prefix="fake-hub-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path
