"""How bytes in memory go to boto without being copied."""

import io

from hub.blobs.store import Bytes

LEAST = 256 * 1024
"""urllib3 asks for 16 KiB at a time, and every send costs about as much; more at once is fine with all that read."""


class Body:
    """A file-like view of a buffer, which a retry can rewind."""

    def __init__(self, data: Bytes) -> None:
        self._data = memoryview(data)
        self._position = 0

    def __len__(self) -> int:
        return len(self._data)

    def read(self, count: int | None = None) -> memoryview:
        """The next bytes: all that is left without `count`, else perhaps more than `count`."""
        end = len(self._data) if count is None or count < 0 else self._position + max(count, LEAST)
        piece = self._data[self._position : end]
        self._position += len(piece)
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._data)}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position
