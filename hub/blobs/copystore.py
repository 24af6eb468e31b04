"""Copies held blobs from one store into another: a directory into a bucket, or back. Deletes nothing.

What is copied is hashed on the way, and only right bytes get their name in the new store. Any number of runs: what is
there is passed by, and a large blob goes on from the parts that an earlier run has sealed.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum

from hub.blobs.models import Blob
from hub.blobs.store import Store, Upload
from hub.digests import Algorithm, Digest, Hasher
from hub.errors import BlobMissing, CorruptBytes

WHOLE = 8 * 1024 * 1024
"""Bytes up to which a blob is copied in one piece."""
PIECE = 1024 * 1024
CHUNK = 1000


class Outcome(StrEnum):
    COPIED = "copied"
    THERE = "there already"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True)
class Told:
    """What became of one blob."""

    sha256: str
    size: int
    outcome: Outcome


def copy_blobs(source: Store, target: Store, verify: bool, jobs: int) -> Iterator[Told]:
    """Every blob that has a row, `jobs` at a time, in no order; with `verify`, what is there is read and hashed too.

    Raises StoreError where one of the stores fails; another run goes on from there.
    """
    copying = Copying(source, target, verify)
    with ThreadPoolExecutor(jobs, thread_name_prefix="copy") as pool:
        under_way: set[Future[Told]] = set()
        try:
            for sha256, size in _rows():
                under_way.add(pool.submit(copying.copy, sha256, size))
                while len(under_way) >= 2 * jobs:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from (_unless_row_is_gone(future.result()) for future in done)
            while under_way:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (_unless_row_is_gone(future.result()) for future in done)
        finally:
            copying.stop()
            for future in under_way:
                future.cancel()


def _rows() -> Iterator[tuple[str, int]]:
    """By number, so that no transaction stays open, and what arrives meanwhile comes at the end."""
    last = 0
    while rows := list(Blob.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "sha256", "size")[:CHUNK]):
        last = rows[-1][0]
        for _, sha256, size in rows:
            yield sha256, size


def _unless_row_is_gone(told: Told) -> Told:
    """A blob that was removed while it was copied is not missed."""
    if told.outcome is Outcome.MISSING and not Blob.objects.filter(sha256=told.sha256).exists():
        return Told(told.sha256, told.size, Outcome.THERE)
    return told


class Interrupted(Exception):
    """The whole copying ends."""


class Copying:
    """One run; `copy` is called from many threads."""

    def __init__(self, source: Store, target: Store, verify: bool) -> None:
        self._source = source
        self._target = target
        self._verify = verify
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def copy(self, sha256: str, size: int) -> Told:
        try:
            if self._is_there(sha256, size):
                return Told(sha256, size, Outcome.THERE)
            (self._copy_whole if size <= WHOLE else self._copy_parts)(sha256, size)
        except BlobMissing:
            return Told(sha256, size, Outcome.MISSING)
        except CorruptBytes:
            return Told(sha256, size, Outcome.WRONG)
        return Told(sha256, size, Outcome.COPIED)

    def _is_there(self, sha256: str, size: int) -> bool:
        if self._target.size(sha256) != size:
            return False
        if not self._verify:
            return True
        try:
            with self._target.open(sha256) as file:
                self._hashed(sha256, size, iter(lambda: file.read(PIECE), b""))
        except (BlobMissing, CorruptBytes):
            return False
        return True

    def _copy_whole(self, sha256: str, size: int) -> None:
        with self._source.open(sha256) as file:
            data = file.read(size + 1)
        self._hashed(sha256, size, iter([data]))
        self._target.put({sha256: data})

    def _copy_parts(self, sha256: str, size: int) -> None:
        upload = self._target.upload(f"sha256:{sha256}", size)
        try:
            were_here = upload.sealed()
            self._hashed(sha256, size, self._read_and_write(sha256, upload, were_here))
            if were_here:
                self._hashed(sha256, size, upload.reread(), upload.abandon)
            upload.finish(sha256)
        finally:
            upload.close()

    def _read_and_write(self, sha256: str, upload: Upload, were_here: frozenset[int]) -> Iterator[bytes]:
        """The source's bytes; on their way they are written into the parts that are not sealed yet."""
        with self._source.open(sha256) as file:
            for start in range(0, upload.size, upload.part_size):
                number, end = start // upload.part_size, min(start + upload.part_size, upload.size)
                while start < end and (piece := file.read(min(PIECE, end - start))):
                    if number not in were_here:
                        upload.write(start, piece)
                    start += len(piece)
                    yield piece
                if start < end:
                    return
                if number not in were_here:
                    upload.seal(number)
                    upload.forget(number)

    def _hashed(
        self, sha256: str, size: int, pieces: Iterator[bytes | bytearray | memoryview],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Raises CorruptBytes, after `otherwise`, unless the pieces are the blob."""
        hasher = Hasher(size, Digest(Algorithm.SHA256, sha256))
        for piece in pieces:
            if self._stopped.is_set():
                raise Interrupted
            hasher.update(piece)
        try:
            hasher.verify()
        except CorruptBytes:
            otherwise()
            raise
