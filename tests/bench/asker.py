"""Asks for small answers as fast as a number of open connections allow, with one thread and one system call each way.

No tool of the system does this: wrk waits for the body of an answer to HEAD, and ab knows one address only.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import quantiles
from urllib.parse import urlsplit

CONNECTIONS = 16
LEAST = 4 * CONNECTIONS
LONGEST = 60
AGENT = "unknown/None; hf_hub/2.4.0; python/3.11"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """Requests per second, and the middle and the late end of how long they took (seconds)."""

    rate: float
    p50: float
    p99: float


@dataclass
class Line:
    """One open connection, and how much of its answer has come."""

    connection: socket.socket
    has_bodies: bool
    asked_at: float = 0.0
    head: bytes = b""
    left: int = -1
    """Bytes of the body still to come; -1 while the head has not ended, -2 where the answer is chunked."""

    def ask(self, request: bytes) -> None:
        self.head, self.left, self.asked_at = b"", -1, time.perf_counter()
        self.connection.send(request)

    def take(self) -> bool:
        """Reads what has come; True where the answer is whole. Raises RuntimeError on an answer that is no success."""
        data = self.connection.recv(1 << 18)
        if not data:
            raise RuntimeError("the server hung up before the end of its answer")
        if self.left == -1:
            return self._take_head(data)
        if self.left == -2:
            return data.endswith(b"0" + _END)
        self.left -= len(data)
        return self.left <= 0

    def _take_head(self, data: bytes) -> bool:
        self.head += data
        end = self.head.find(_END)
        if end < 0:
            return False
        if self.head[9:10] not in b"23":
            raise RuntimeError(f"the server answered {self.head[:200]!r}")
        length = _LENGTH.search(self.head, 0, end + 2)
        if not self.has_bodies:
            self.left = 0
        elif length is None:
            self.left = -2
            return self.head.endswith(b"0" + _END)
        else:
            self.left = int(length.group(1)) - (len(self.head) - end - len(_END))
        return self.left <= 0


@dataclass
class Asker:
    lines: dict[int, Line]
    requests: Sequence[bytes]
    seconds: float
    took: list[float] = field(default_factory=list)

    def run(self) -> Load:
        """Goes on for `seconds`, and until each connection had a few answers. Raises RuntimeError on a failure."""
        poll, texts = select.epoll(), cycle(self.requests)
        started = time.perf_counter()
        for number, line in self.lines.items():
            poll.register(number, select.EPOLLIN)
            line.ask(next(texts))
        while (lasted := time.perf_counter() - started) < self.seconds or len(self.took) < LEAST:
            if lasted > LONGEST:
                raise RuntimeError(f"only {len(self.took)} requests were answered in {LONGEST} s")
            for number, _ in poll.poll(1):
                line = self.lines[number]
                if line.take():
                    self.took.append(time.perf_counter() - line.asked_at)
                    line.ask(next(texts))
        poll.close()
        cuts = quantiles(self.took, n=100)
        return Load(len(self.took) / lasted, cuts[49], cuts[98])


def ask(seconds: float, url: str, targets: Sequence[str], method: str = "GET", byte_range: str = "") -> Load:
    """Asks for the targets in turn for so many seconds."""
    parts = urlsplit(url)
    fields = [f"Host: {parts.netloc}", f"User-Agent: {AGENT}", "Accept: */*"]
    fields += [f"Range: {byte_range}"] if byte_range else []
    end = "\r\n".join(["", *fields, "", ""])
    requests = [f"{method} {target} HTTP/1.1{end}".encode() for target in targets]
    where = parts.hostname or "", parts.port or 80
    connections = [socket.create_connection(where, timeout=30) for _ in range(CONNECTIONS)]
    try:
        for one in connections:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = {one.fileno(): Line(one, method != "HEAD") for one in connections}
        return Asker(lines, requests, seconds).run()
    finally:
        for one in connections:
            one.close()
