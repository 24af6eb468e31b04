"""Reads whole answers: with curl, as clients do, or so that the reader is never what limits the server.

For the second, on Linux, `recv` with MSG_TRUNC drops a TCP stream's bytes without copying them (tcp(7)).
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from urllib.parse import urlsplit

from .findings import CannotMeasure

AT_ONCE = 4 << 20


def curl(url: str, streams: int, times: int = 1) -> float:
    """The same, read by curl, which takes the bytes as every client does. Raises CannotMeasure where there is none."""
    if shutil.which("curl") is None:
        raise CannotMeasure("curl is not installed (Debian: apt-get install curl)")
    command = ["curl", "--silent", "--fail", "--write-out", "%{size_download}\n", *(["-o", "/dev/null", url] * times)]
    started = time.monotonic()
    reading = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(streams)]
    told = "".join(process.communicate()[0] for process in reading)
    return sum(map(int, told.split())) / (time.monotonic() - started)


def read(url: str, streams: int, times: int = 1) -> float:
    """Bytes per second of `streams` whole GETs of the same file at once, `times` times in a row."""
    started = time.monotonic()
    total = sum(_read_at_once(url, streams) for _ in range(times))
    return total / (time.monotonic() - started)


def _read_at_once(url: str, streams: int) -> int:
    counts = [0] * streams
    threads = [threading.Thread(target=_read_one, args=(url, counts, number)) for number in range(streams)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if 0 in counts or len(set(counts)) > 1:
        raise RuntimeError(f"the streams of {url} gave different lengths: {counts}")
    return sum(counts)


def _read_one(url: str, counts: list[int], number: int) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=120) as connection:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        head = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        length, left = _after_head(connection)
        counts[number] = length
        buffer = bytearray(AT_ONCE)
        while left:
            got = connection.recv_into(buffer, min(left, AT_ONCE), socket.MSG_TRUNC)
            if not got:
                counts[number] = 0
                return
            left -= got


def _after_head(connection: socket.socket) -> tuple[int, int]:
    """The length of the body, and how much of it is still to come."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += (more := connection.recv(4096))
        if not more:
            raise RuntimeError("the server hung up before its answer")
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    if " 200 " not in lines[0] + " ":
        raise RuntimeError(f"the server answered {lines[0]!r}")
    length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
    return length, length - len(body)
