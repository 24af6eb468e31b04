"""A TCP proxy on loopback that misbehaves on demand: between the hub and S3, Redis, Postgres or an upstream.

    proxy.troubles.append(Trouble("reset", match="PUT .*partNumber=2", after=1000))   the next request that matches
    proxy.cut()              resets every connection that is open
    proxy.down() / .up()     nobody gets in, as if the service were gone
    proxy.hold() / .release()   nothing passes, and nothing is refused: the line is dead
    proxy.rate = 1_000_000   bytes per second, each way, each connection

It knows of HTTP only what a request's first line looks like: a piece that begins with one begins a request (clients
send the head in one piece, and wait for the answer before the next).
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import urlsplit

PIECE = 64 << 10
HEAD = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) (\S+) HTTP/1\.1\r\n")
SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message>'
    b"</Error>"
)
Kind = Literal["answer", "reset", "cut", "stall", "flip"]


@dataclass
class Trouble:
    """What happens to a request whose first line matches, `after` so many bytes of its body or (`back`) its answer.

    answer  `status` with `body`, and the connection ends; the service never hears of the request
    reset   RST; cut: FIN, as if the body were over; stall: `seconds` of silence; flip: one bit of one byte
    """

    kind: Kind
    match: str = ""
    after: int = 0
    back: bool = False
    times: int | None = 1
    status: int = 503
    body: bytes = SLOW_DOWN
    seconds: float = 0.0
    met: int = 0
    """How often it has happened."""


@dataclass(eq=False)
class Talk:
    """One connection, and the request that is under way on it."""

    near: socket.socket
    far: socket.socket
    trouble: Trouble | None = None
    passed: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})


class Cut(Exception):
    """The connection ends here."""


class FaultyProxy:
    """`with FaultyProxy(url) as proxy:` passes connections to the host and port of `url` on."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self._server: socket.socket | None = None
        self._talks: set[Talk] = set()
        self._lock = threading.Lock()
        self._may_pass = threading.Event()
        self._may_pass.set()
        self.port = 0
        self.rate = 0
        self.troubles: list[Trouble] = []
        self.requests: list[str] = []
        """First lines without the protocol: "PUT /bucket/key?partNumber=1"."""
        self.up()
        place = target.netloc.rpartition("@")
        self.url = target._replace(netloc=f"{place[0]}{place[1]}127.0.0.1:{self.port}").geturl()
        self.endpoint = self.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self.down()

    def up(self) -> None:
        if self._server is None:
            self._server = socket.create_server(("127.0.0.1", self.port))
            self.port = self._server.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def down(self) -> None:
        server, self._server = self._server, None
        if server:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        self.cut()

    def cut(self) -> int:
        """How many connections that were."""
        with self._lock:
            talks = list(self._talks)
        for talk in talks:
            _reset(talk.near)
            _reset(talk.far)
        return len(talks)

    def hold(self) -> None:
        self._may_pass.clear()

    def release(self) -> None:
        self._may_pass.set()

    def trouble(self, kind: Kind, match: str = "", **how: object) -> Trouble:
        """Adds one; ask its `met` later."""
        made = Trouble(kind, match, **how)  # type: ignore[arg-type]
        self.troubles.append(made)
        return made

    def seen(self, match: str) -> list[str]:
        with self._lock:
            return [line for line in self.requests if re.search(match, line)]

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = server.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._target)
        except OSError:
            _reset(near)
            return
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = Talk(near, far)
        with self._lock:
            self._talks.add(talk)
        back = threading.Thread(target=self._pump, args=(talk, True), daemon=True)
        back.start()
        self._pump(talk, False)
        back.join()
        with self._lock:
            self._talks.discard(talk)
        near.close()
        far.close()

    def _pump(self, talk: Talk, back: bool) -> None:
        source, sink = (talk.far, talk.near) if back else (talk.near, talk.far)
        with suppress(OSError, Cut):
            while data := source.recv(PIECE):
                self._may_pass.wait()
                if not back and (head := HEAD.match(data)):
                    self._begin(talk, head)
                self._pass(talk, back, data, sink)
                if self.rate:
                    time.sleep(len(data) / self.rate)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _begin(self, talk: Talk, head: re.Match[bytes]) -> None:
        line = b" ".join(head.groups()).decode("latin-1")
        with self._lock:
            self.requests.append(line)
            talk.passed = {False: 0, True: 0}
            talk.trouble = next((one for one in self.troubles if re.search(one.match, line)), None)
            if talk.trouble and talk.trouble.times is not None:
                talk.trouble.times -= 1
                if not talk.trouble.times:
                    self.troubles.remove(talk.trouble)

    def _pass(self, talk: Talk, back: bool, data: bytes, sink: socket.socket) -> None:
        trouble, before = talk.trouble, talk.passed[back]
        talk.passed[back] += len(data)
        due = trouble is not None and trouble.back == back and before <= trouble.after < before + len(data)
        if trouble is None or not due:
            sink.sendall(data)
            return
        trouble.met += 1
        talk.trouble = None
        cut = trouble.after - before
        if trouble.kind == "answer":
            _answer(talk, trouble)
        sink.sendall(data[:cut])
        if trouble.kind == "reset":
            time.sleep(0.02)
            _reset(talk.near)
            _reset(talk.far)
            raise Cut
        if trouble.kind == "cut":
            for end in (talk.near, talk.far):
                end.shutdown(socket.SHUT_RDWR)
            raise Cut
        if trouble.kind == "stall":
            time.sleep(trouble.seconds)
        rest = data[cut:]
        sink.sendall(bytes([rest[0] ^ 1]) + rest[1:] if trouble.kind == "flip" else rest)


def _answer(talk: Talk, trouble: Trouble) -> None:
    """Reads on for a moment, because a RST would overtake the answer where the body is still on its way."""
    head = f"HTTP/1.1 {trouble.status} Trouble\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    talk.near.sendall(f"{head}Content-Length: {len(trouble.body)}\r\n\r\n".encode() + trouble.body)
    talk.near.shutdown(socket.SHUT_WR)
    talk.near.settimeout(1)
    with suppress(OSError):
        while talk.near.recv(PIECE):
            pass
    _reset(talk.far)
    raise Cut


def _reset(end: socket.socket) -> None:
    """RST. A thread that sits in a read of it is woken first, because until then it keeps the connection."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)
    with suppress(OSError):
        end.close()
