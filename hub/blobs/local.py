"""The store in a directory: `file:///srv/blobs`.

sha256/ab/cd/<64 hex>             blobs, read-only
uploads/<algorithm>-<hex>/        a large blob on its way in: hub/blobs/local_upload.py; `+1` where a writer hangs
uploads/put-<hex>/                small blobs that are being written; left over only after a kill
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from hub.blobs import durable
from hub.blobs.local_upload import BLOB_MODE, LocalUpload, is_being_written
from hub.blobs.store import Bytes, LocalFile, StoredBlob
from hub.errors import BadInput, BlobMissing, StoreError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"(?:sha256|git|put):[0-9a-f]{32,64}(?:\+\d)?")


class LocalStore:
    """Blobs as files under `root`, which is made when it does not exist."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.uploads = self.root / "uploads"

    def check(self) -> None:
        """Raises StoreError unless the directory can be made and written."""
        try:
            self.uploads.mkdir(parents=True, exist_ok=True)
            probe = self.uploads / f"check-{uuid4().hex}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StoreError(
                f"the store directory {self.root} cannot be written: {error.strerror or error}",
                "give the hub's user the right to write there, or set HUB_STORE_URL",
            ) from error

    def upload(self, key: str, size: int) -> LocalUpload:
        """Raises StoreFull where the rest does not fit, StoreError while another process writes the same key."""
        return LocalUpload(self.root, self._upload_folder(key), size, self._path)

    def put(self, blobs: Mapping[str, Bytes]) -> None:
        """Raises StoreFull or StoreError; then some of the blobs may be held already, which harms nothing."""
        targets = {sha256: self._path(sha256) for sha256 in blobs}
        folder = self.uploads / f"put-{uuid4().hex}"
        with durable.told_as_store_errors(self.root, sum(map(len, blobs.values()))):
            folder.mkdir(parents=True)
            try:
                self._put_through(folder, targets, blobs)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _put_through(self, folder: Path, targets: Mapping[str, Path], blobs: Mapping[str, Bytes]) -> None:
        """Every file durable under a passing name, then the names, then the folders that hold the names."""
        durable.in_threads(lambda sha256: durable.write_file(folder / sha256, blobs[sha256], BLOB_MODE), blobs)
        for sha256, target in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(folder / sha256, target)
        durable.in_threads(durable.flush_folder, self._folders_of(targets.values()))

    def _folders_of(self, targets: Iterable[Path]) -> list[Path]:
        """The folders whose entries may be new, parents last. Those that another process has just made count too."""
        leaves = {target.parent for target in targets}
        return [*leaves, *{leaf.parent for leaf in leaves}, self.root / "sha256", self.root]

    def open(self, sha256: str, awaited: bool = False) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise self._missing(sha256) from None

    def size(self, sha256: str) -> int | None:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def locate(self, sha256: str, shown: Mapping[str, str] | None = None) -> LocalFile:
        path = self._path(sha256)
        if not path.is_file():
            raise self._missing(sha256)
        return LocalFile(path, path.relative_to(self.root).as_posix())

    def delete(self, sha256: str, before: datetime | None = None) -> bool:
        path = self._path(sha256)
        try:
            if before is not None and _modified_at(path) >= before:
                return False
            path.unlink()
        except FileNotFoundError:
            return False
        return True

    def walk(self) -> Iterator[StoredBlob]:
        for path in (self.root / "sha256").glob("??/??/*"):
            if not _SHA256.fullmatch(path.name):
                continue
            try:
                yield StoredBlob(path.name, path.stat().st_size, _modified_at(path))
            except FileNotFoundError:
                continue

    def stale_uploads(self, before: datetime) -> Iterator[str]:
        for folder in self.uploads.glob("*-*"):
            key = folder.name.replace("-", ":", 1)
            if _KEY.fullmatch(key) and not is_being_written(folder) and _touched_at(folder) < before:
                yield key

    def drop_upload(self, key: str) -> None:
        """Leaves an upload alone that is being written right now."""
        folder = self._upload_folder(key)
        if not is_being_written(folder):
            shutil.rmtree(folder, ignore_errors=True)

    def free_bytes(self) -> int | None:
        self.root.mkdir(parents=True, exist_ok=True)
        return durable.free_bytes(self.root)

    def _path(self, sha256: str) -> Path:
        """Raises BadInput for anything but 64 hex digits: nothing that a caller writes can leave the directory."""
        if not _SHA256.fullmatch(sha256):
            raise BadInput(f"{sha256!r} is not a sha256 digest", "write it as 64 hex digits in lower case")
        return self.root / "sha256" / sha256[:2] / sha256[2:4] / sha256

    def _upload_folder(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise BadInput(f"{key!r} cannot name an upload", "use a digest such as sha256:<64 hex>")
        return self.uploads / key.replace(":", "-")

    def _missing(self, sha256: str) -> BlobMissing:
        return BlobMissing(
            f"the store at {self.root} does not hold sha256:{sha256}", "run manage.py verifyblobs to see what is lost"
        )


def _modified_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _touched_at(folder: Path) -> datetime:
    """When anything in an upload's folder was last written."""
    try:
        return max(_modified_at(path) for path in (folder, *folder.iterdir()))
    except FileNotFoundError:
        # Somebody is at it this moment.
        return datetime.now(UTC)
