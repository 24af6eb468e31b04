"""A small HTTP/1.1 server: a thread per connection, keep-alive, one write for small answers, sendfile for files.

The standard library's server parses headers with the e-mail package and writes in pieces, which costs more than
the rest of an answer; and it hides the socket, which a server that has to misbehave must hold in its hands.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from .sources import Source

MAX_HEAD = 64 << 10
PIECE = 256 << 10
SENDFILE_PIECE = 8 << 20
BODILESS = {204, 304}


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    origin: str = ""
    keep_alive: bool = True
    # Called with the number of body bytes about to leave, so that the log can count them.
    on_sent: Callable[[int], None] = lambda count: None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Slice:
    """A part of a source, sent as the body of an answer."""

    source: Source
    offset: int
    length: int


@dataclass(frozen=True)
class Delivery:
    """How the bytes of an answer travel; anything but the default is a fault or a speed limit."""

    rate: int = 0
    hang_up_after: int | None = None
    reset: bool = False
    stall_after: int | None = None
    stall_seconds: float = 0.0
    corrupt_at: int | None = None

    @property
    def plain(self) -> bool:
        return self == Delivery()


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | Slice = b""
    delivery: Delivery = Delivery()
    # Set to reset the connection, or to wait, before the first byte of the answer.
    reset_at_once: bool = False
    wait: float = 0.0
    # The Content-Length that is told, where it is not that of the body.
    declared: int | None = None

    @property
    def length(self) -> int:
        return self.body.length if isinstance(self.body, Slice) else len(self.body)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class HungUp(Exception):
    """The fault asked for the connection to end here."""


class Origin:
    """One listening port. `handle` turns a request into a response; everything else happens here.

    `busiest` is how many answers were under way at the same time, at most.
    """

    def __init__(self, name: str, handle: Callable[[Request], Response], host: str, port: int = 0) -> None:
        self.name = name
        self.handle = handle
        self.host = host
        self.port = port
        self._listener: socket.socket | None = None
        self.busiest = 0
        self._busy = 0
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def plug_in(self) -> None:
        """Listen, on the same port as before if there was one."""
        if self._listener is not None:
            return
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(512)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._stopped.clear()
        threading.Thread(target=self._accept, args=(listener,), name=f"{self.name}-accept", daemon=True).start()

    def unplug(self) -> None:
        """Refuse new connections and cut the open ones, as if the machine had gone."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._stopped.set()
        with contextlib.suppress(OSError):
            # Closing alone does not wake a thread that waits in accept.
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ECONNABORTED):
                    time.sleep(0.01)
                    continue
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._talk, args=(connection,), name=self.name, daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        reader = Reader(connection, self.name)
        try:
            while not self._stopped.is_set():
                request = reader.next()
                if request is None:
                    break
                with self._answering():
                    self._send(connection, request, self.handle(request))
                if not request.keep_alive:
                    break
        except (OSError, HungUp):
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        with self._lock:
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def _send(self, connection: socket.socket, request: Request, response: Response) -> None:
        if response.wait:
            self._stopped.wait(response.wait)
        if response.reset_at_once:
            reset(connection)
        head = head_bytes(request, response)
        body = b"" if request.method == "HEAD" or response.status in BODILESS else response.body
        if response.delivery.plain and isinstance(body, bytes):
            request.on_sent(len(body))
            connection.sendall(head + body)
            return
        connection.send(head, socket.MSG_MORE) if response.delivery.plain else connection.sendall(head)
        if response.delivery.plain and isinstance(body, Slice):
            send_slice(connection, body, request.on_sent)
        else:
            Carrier(connection, response.delivery, self._stopped, request.on_sent).carry(body)


def head_bytes(request: Request, response: Response) -> bytes:
    phrase = HTTPStatus(response.status).phrase
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    if response.status not in BODILESS:
        declared = response.length if response.declared is None else response.declared
        lines.append(f"Content-Length: {declared}")
    lines.append("Connection: keep-alive" if request.keep_alive else "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def reset(connection: socket.socket) -> None:
    """End the connection with a RST, which the other side sees as an error rather than as an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise HungUp


def send_slice(connection: socket.socket, body: Slice, on_sent: Callable[[int], None]) -> None:
    path = body.source.path
    if path is None:
        on_sent(body.length)
        connection.sendall(body.source.read(body.offset, body.length))
        return
    file = os.open(path, os.O_RDONLY)
    try:
        offset, end = body.offset, body.offset + body.length
        while offset < end:
            offset += send_piece(connection, file, offset, min(SENDFILE_PIECE, end - offset), on_sent)
    finally:
        os.close(file)


def send_piece(connection: socket.socket, file: int, offset: int, length: int, on_sent: Callable[[int], None]) -> int:
    """Counts first and corrects later: whoever has received everything must find everything counted."""
    on_sent(length)
    sent = 0
    try:
        sent = os.sendfile(connection.fileno(), file, offset, length)
    finally:
        on_sent(sent - length)
    if sent == 0:
        raise HungUp
    return sent


class Carrier:
    """Sends a body slowly, damaged, or only in part."""

    def __init__(
        self,
        connection: socket.socket,
        how: Delivery,
        stopped: threading.Event,
        on_sent: Callable[[int], None],
    ) -> None:
        self.connection = connection
        self.how = how
        self.stopped = stopped
        self.on_sent = on_sent
        self.started = time.monotonic()

    def carry(self, body: bytes | Slice) -> None:
        total = body.length if isinstance(body, Slice) else len(body)
        position = 0
        while True:
            self._pause_or_hang_up(position)
            if position >= total:
                return
            piece = self._piece(body, position, self._piece_end(position, total))
            self.on_sent(len(piece))
            self.connection.sendall(piece)
            position += len(piece)
            if self.how.rate:
                self.stopped.wait(max(0.0, self.started + position / self.how.rate - time.monotonic()))

    def _pause_or_hang_up(self, position: int) -> None:
        if position == self.how.stall_after:
            self.stopped.wait(self.how.stall_seconds)
            self.started += self.how.stall_seconds
        if position == self.how.hang_up_after:
            if self.how.reset:
                # A moment for the bytes already written: a RST throws away what the other side has not read yet.
                self.stopped.wait(0.05)
                reset(self.connection)
            raise HungUp

    def _piece_end(self, position: int, total: int) -> int:
        size = min(PIECE, max(1024, self.how.rate // 50)) if self.how.rate else PIECE
        marks = (self.how.stall_after, self.how.hang_up_after)
        return min([position + size, total, *(mark for mark in marks if mark is not None and mark > position)])

    def _piece(self, body: bytes | Slice, start: int, end: int) -> bytes:
        data = body.source.read(body.offset + start, end - start) if isinstance(body, Slice) else body[start:end]
        at = self.how.corrupt_at
        if at is not None and start <= at < end:
            data = data[: at - start] + bytes([data[at - start] ^ 0xFF]) + data[at - start + 1 :]
        return data


class Reader:
    """Reads requests off one connection, keeping what came after the end of the last one."""

    def __init__(self, connection: socket.socket, origin: str) -> None:
        self.connection = connection
        self.origin = origin
        self.buffer = b""

    def next(self) -> Request | None:
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if len(self.buffer) > MAX_HEAD or not self._more():
                return None
        head, self.buffer = self.buffer[:end].decode("latin-1"), self.buffer[end + 4 :]
        request = parse_head(head, self.origin)
        if request is not None:
            self._read_body(request)
        return request

    def _read_body(self, request: Request) -> None:
        length = int(request.header("content-length") or 0)
        if length and request.header("expect").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self.buffer) < length and self._more():
            pass
        request.body, self.buffer = self.buffer[:length], self.buffer[length:]

    def _more(self) -> bool:
        data = self.connection.recv(65536)
        self.buffer += data
        return bool(data)


def parse_head(head: str, origin: str) -> Request | None:
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    connection = headers.get("connection", "").lower()
    keep_alive = "close" not in connection if words[2] == "HTTP/1.1" else "keep-alive" in connection
    target = words[1] if words[1].startswith("/") else "/" + words[1].split("/", 3)[-1]
    return Request(words[0], target, headers, origin=origin, keep_alive=keep_alive)
