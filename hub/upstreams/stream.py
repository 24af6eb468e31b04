"""The bytes of a file, from the socket into the caller's buffer without a copy in between."""

from http.client import HTTPException, HTTPResponse
from types import TracebackType
from typing import Any, cast

import urllib3

from hub import metrics
from hub.errors import UpstreamBroken
from hub.upstreams.redirects import discard


class SocketStream:
    """`length` bytes of a file from `start` on, out of an answer whose head was checked. One thread at a time.

    urllib3's own `readinto` reads into new bytes and copies them; here the C reader below it writes to the buffer.
    """

    def __init__(self, response: urllib3.BaseHTTPResponse, name: str, start: int, length: int) -> None:
        self.start = start
        self.length = length
        self._left = length
        self._name = name
        self._response = response
        self._http = cast(HTTPResponse, cast(Any, response)._fp)
        self._open = True
        self._arrived = metrics.FETCHED_BYTES.labels(name)
        if not length:
            self._end()

    def readinto(self, buffer: memoryview) -> int:
        """What one read of the socket gives, at most `buffer`; 0 at the end of the range.

        Raises UpstreamBroken when the upstream stops before that; the bytes handed out until then are right.
        """
        wanted = min(len(buffer), self._left)
        if not wanted:
            return 0
        if not self._open:
            raise self._broken("was given up")
        try:
            count = self._read(buffer[:wanted])
        except TimeoutError:
            raise self._broken("went silent") from None
        except (OSError, HTTPException, ValueError) as error:
            raise self._broken(f"broke the connection ({error or type(error).__name__})") from error
        if not count:
            raise self._broken("stopped")
        self._left -= count
        self._arrived.inc(count)
        if not self._left:
            self._end()
        return count

    def _read(self, buffer: memoryview) -> int:
        if not self._http.chunked:
            return int(cast(Any, self._http.fp).readinto1(buffer))
        piece = self._http.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def _broken(self, what: str) -> UpstreamBroken:
        self.close()
        return UpstreamBroken(f"{self._name} {what} after {self.length - self._left} of {self.length} bytes")

    def _end(self) -> None:
        """Gives the connection back where nothing more is on it."""
        self._open = False
        spare = self._http.length is None or self._http.length > self.length
        if spare or self._http.chunked:
            discard(self._response)
        else:
            self._http.close()
            self._response.release_conn()

    def close(self) -> None:
        """Gives up what has not been read. Harmless after the end, and a second time."""
        if self._open:
            self._open = False
            discard(self._response)

    def __enter__(self) -> "SocketStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
