"""A thin line between a client and the hub, so that something can happen in the middle of a file."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

PIECE = 64 << 10


class SlowLine:
    """Passes connections on to `url`. What comes back shares `rate` bytes per second, in all `sent` so far."""

    def __init__(self, url: str, rate: int) -> None:
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self.rate = rate
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.sent = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self._target) as far:
            threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
            self._pump(far, near, True)

    def _pump(self, source: socket.socket, sink: socket.socket, is_slow: bool) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE):
                if is_slow:
                    with self._lock:
                        time.sleep(len(data) / self.rate)
                        self.sent += len(data)
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
