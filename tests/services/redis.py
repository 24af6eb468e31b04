"""Redis, which keeps nothing: what was in it is lost when it stops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import redis

from tests.services.needed import program_or_skip
from tests.services.service import Service


class RedisServer(Service):
    name = "redis"

    def __init__(self) -> None:
        self._program = program_or_skip("redis-server", "redis-server")
        super().__init__()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def _command(self) -> Sequence[str | Path]:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "save": "", "appendonly": "no"}
        return [self._program, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
