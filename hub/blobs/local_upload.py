"""A large blob on its way into the local store: a sparse file of the full size, and a list of its durable parts.

    bytes     the file itself, locked by the process that writes it; renamed to its digest at the end
    sealed    first line `<size> <part size>`, then the number of one durable part a line

A part's number is written only after its bytes have been flushed, so a kill or a power cut at any moment leaves a
list that promises too little, never too much.
"""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hub.blobs import durable
from hub.blobs.store import Bytes
from hub.errors import StoreError

PART_SIZE = 16 * 1024 * 1024
MAX_PARTS = 1024
REREAD = 4 * 1024 * 1024
BLOB_MODE = 0o444
SILENT_SECONDS = 30
"""A writer that has written nothing for so long hangs, and its lease is lost: the next one does not wait for it."""
MOST_WRITERS = 8
COPY_BYTES = 1 << 20


def part_size_of(size: int) -> int:
    """16 MiB; for files of more than 16 GiB as many whole MiB as make 1,024 parts."""
    return max(PART_SIZE, -(-size // (MAX_PARTS << 20)) << 20)


class LocalUpload:
    """One upload, opened by one process at a time; its methods may be called from many threads."""

    in_memory = rereads = False
    seals_at_once = 2

    def __init__(self, root: Path, folder: Path, size: int, target: Callable[[str], Path]) -> None:
        self.size = size
        self.part_size = part_size_of(size)
        self._root = root
        self._folder = folder
        self._target = target
        self._sealed: set[int] = set()
        self._full: set[int] = set()
        self._sealing = threading.Lock()
        self._state = threading.Lock()
        self._broken = False
        self._finished = False
        self._list = -1
        with durable.told_as_store_errors(root, size):
            self._file, self._folder, silent = _open_free(folder)
            try:
                self._resume_or_begin()
                for other in silent:
                    self._copy_durable_parts(other)
            except BaseException:
                self.close()
                raise

    def sealed(self) -> frozenset[int]:
        return frozenset(self._sealed)

    def write(self, offset: int, data: Bytes) -> None:
        if offset < 0 or offset + len(data) > self.size:
            raise StoreError(f"bytes up to {offset + len(data)} do not fit an upload of {self.size}")
        with durable.told_as_store_errors(self._root, self.size - offset):
            durable.write_whole(self._file, data, offset)
        number = offset // self.part_size
        if offset + len(data) == self._end_of(number):
            with self._state:
                self._full.add(number)

    def seal(self, number: int) -> None:
        """One flush covers the whole file: whoever comes first seals every full part, the others find it done."""
        with self._sealing:
            if number in self._sealed:
                return
            self._refuse_if_broken()
            with self._state:
                numbers = (self._full - self._sealed) | {number}
            # After a failed flush the kernel may call the same pages clean: nothing of this run can be trusted then.
            self._broken = True
            with durable.told_as_store_errors(self._root):
                os.fdatasync(self._file)
                os.write(self._list, "".join(f"{one}\n" for one in sorted(numbers)).encode())
                os.fdatasync(self._list)
            self._broken = False
            self._sealed |= numbers

    def read(self, offset: int, length: int) -> bytes:
        with durable.told_as_store_errors(self._root):
            return os.pread(self._file, min(length, self.size - offset), offset)

    def forget(self, number: int) -> None:
        """The page cache forgets by itself."""

    def reread(self) -> Iterator[Bytes]:
        for offset in range(0, self.size, REREAD):
            yield self.read(offset, REREAD)

    def finish(self, sha256: str) -> None:
        if self._finished:
            return
        target = self._target(sha256)
        with self._sealing, durable.told_as_store_errors(self._root):
            self._refuse_if_broken()
            os.fsync(self._file)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self._folder / "bytes", target)
            # Not before: a kill in between would leave an upload that cannot be opened for writing again.
            os.fchmod(self._file, BLOB_MODE)
            for folder in (target.parent, target.parent.parent, target.parent.parent.parent, self._root):
                durable.flush_folder(folder)
            self._finished = True
        shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """The list goes first: a cut in between must not leave a list of parts whose bytes are gone."""
        with self._sealing, durable.told_as_store_errors(self._root):
            (self._folder / "sealed").unlink(missing_ok=True)
            durable.flush_folder(self._folder)
            shutil.rmtree(self._folder, ignore_errors=True)
            self._sealed.clear()
            self._broken = True

    def close(self) -> None:
        for descriptor in (self._list, self._file):
            if descriptor >= 0:
                os.close(descriptor)
        self._list = self._file = -1

    def _refuse_if_broken(self) -> None:
        if self._broken:
            raise StoreError(f"a flush of the upload {self._folder.name} failed", "it goes on from what is durable")

    def _end_of(self, number: int) -> int:
        return min((number + 1) * self.part_size, self.size)

    def _resume_or_begin(self) -> None:
        state = os.fstat(self._file)
        here = state.st_blocks * 512 if state.st_size == self.size else 0
        if self.size - here > durable.free_bytes(self._folder):
            raise durable.store_full(self._root, self.size - here)
        lines = _read_lines(self._folder / "sealed")
        if state.st_size == self.size and lines and lines[0].startswith(f"{self.size} "):
            self.part_size = int(lines[0].split()[1])
            self._sealed = {int(line) for line in lines[1:]}
            self._list = os.open(self._folder / "sealed", os.O_WRONLY | os.O_APPEND)
        else:
            self._begin()

    def _copy_durable_parts(self, other: Path) -> None:
        """From the upload of a writer that hangs: it never writes a part again that is on its list."""
        lines = _read_lines(other / "sealed")
        if not lines or lines[0] != f"{self.size} {self.part_size}":
            return
        try:
            source = os.open(other / "bytes", os.O_RDONLY)
        except FileNotFoundError:
            return
        try:
            for number in {int(line) for line in lines[1:]} - self._sealed:
                self._copy_part(source, number)
        finally:
            os.close(source)
        if self._full:
            self.seal(min(self._full))

    def _copy_part(self, source: int, number: int) -> None:
        offset, end = number * self.part_size, self._end_of(number)
        while offset < end and (piece := os.pread(source, min(COPY_BYTES, end - offset), offset)):
            self.write(offset, piece)
            offset += len(piece)

    def _begin(self) -> None:
        """An empty list first, then the empty file: at no moment does an old list stand beside new bytes."""
        path = self._folder / "sealed"
        self._list = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.fsync(self._list)
        os.ftruncate(self._file, 0)
        os.ftruncate(self._file, self.size)
        os.write(self._list, f"{self.size} {self.part_size}\n".encode())
        for descriptor in (self._file, self._list):
            os.fsync(descriptor)
        durable.flush_folder(self._folder)
        durable.flush_folder(self._folder.parent)


def _open_free(folder: Path) -> tuple[int, Path, list[Path]]:
    """The file of the upload, its folder, and the folders of the same upload that silent writers hold.

    Whoever comes here has the lease, so another writer has lost it. As a rule that one learns it within a second, and
    is waited for. One that hangs (a stopped process, a dead mount) keeps its lock, perhaps for good: it is passed by.
    """
    silent: list[Path] = []
    for number in range(MOST_WRITERS):
        place = folder.with_name(f"{folder.name}+{number}") if number else folder
        if (descriptor := _open_locked(place)) is not None:
            return descriptor, place, silent
        if _silence(place) < SILENT_SECONDS:
            break
        silent.append(place)
    raise StoreError(
        f"another process is writing the upload {folder.name}", "it is tried again by itself", retry_after=30
    )


def _silence(folder: Path) -> float:
    """Seconds since anything was written."""
    try:
        return time.time() - (folder / "bytes").stat().st_mtime
    except FileNotFoundError:
        return 0.0


def is_being_written(folder: Path) -> bool:
    """Whether a process holds the upload in `folder` open."""
    try:
        descriptor = os.open(folder / "bytes", os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def _open_locked(folder: Path) -> int | None:
    """The file of the upload, held alone; None where another process holds it.

    Two writers must never share it: one that lost its lease could spoil bytes that the other has hashed. The lock
    goes with the process, however it ends.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(folder / "bytes", os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            continue
        if not _lock(descriptor):
            os.close(descriptor)
            return None
        if _is_same_file(descriptor, folder / "bytes"):
            return descriptor
        # It was finished or thrown away between the opening and the lock.
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read_lines(path: Path) -> list[str]:
    """Whole lines only: the last one may have been torn by a power cut."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    return text[: text.rfind("\n") + 1].splitlines()
