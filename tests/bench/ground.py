"""Where a run takes place: its directory, its sizes, and how often each thing is measured."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .findings import CannotMeasure

BASE = Path(__file__).resolve().parents[2]
CACHE = BASE / ".cache"
MIB, GIB = 1 << 20, 1 << 30


@dataclass(frozen=True)
class Sizes:
    """How much is moved, and for how long the small requests go on."""

    warm: int
    cold: int
    cold_small: int
    shards: int
    shard: int
    peer: int
    peer_small: int
    small: int
    planned: int
    catalog: int
    indexed: tuple[int, ...]
    """How many entries an index has, growing."""
    indexed_in_sqlite: int
    seconds: int
    slow: int
    free: int


FULL = Sizes(
    warm=GIB,
    cold=2 * GIB,
    cold_small=2000,
    shards=16,
    shard=GIB // 8,
    peer=GIB // 4,
    peer_small=24,
    small=200,
    planned=100_000,
    catalog=1_000_000,
    indexed=(10_000, 100_000, 500_000, 2_000_000),
    indexed_in_sqlite=100_000,
    seconds=5,
    slow=30_000_000,
    free=20 * GIB,
)
QUICK = Sizes(
    warm=64 * MIB,
    cold=64 * MIB,
    cold_small=60,
    shards=4,
    shard=16 * MIB,
    peer=16 * MIB,
    peer_small=4,
    small=20,
    planned=3000,
    catalog=20_000,
    indexed=(2_000, 20_000),
    indexed_in_sqlite=20_000,
    seconds=1,
    slow=30_000_000,
    free=2 * GIB,
)


@dataclass(frozen=True)
class Ground:
    directory: Path
    sizes: Sizes
    rounds: int

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """A fresh folder on the same disk as everything else of the run; gone afterwards."""
        path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.directory))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def open_ground(sizes: Sizes, rounds: int) -> Iterator[Ground]:
    """Raises CannotMeasure where the disk has too little room."""
    parent = CACHE / "bench"
    parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(parent).free
    if free < sizes.free:
        raise CannotMeasure(f"{parent} has {free / GIB:.0f} GiB free; a run needs {sizes.free / GIB:.0f}")
    directory = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    try:
        yield Ground(directory, sizes, rounds)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def size_words(size: int) -> str:
    """1 GiB, 64 MiB"""
    return f"{size / GIB:g} GiB" if size >= GIB else f"{size / MIB:g} MiB"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settle_disk() -> None:
    """What one side has written must not be paid for by the next."""
    os.sync()
