"""A service as a process: started, stopped, killed, and started again on the same port and data."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.journeys.processes import Running, free_port, plain_environment, until

START_SECONDS = 60.0


class Service:
    """`with RedisServer() as redis:`; a subclass tells the command, and how to see that it answers."""

    name = "service"

    def __init__(self) -> None:
        # Not below pytest's folder: its names are too long for the sockets of some services.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.folder.chmod(0o711)
        self.port = free_port()
        self.process: Running | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """Returns when it answers. On the same port and data each time."""
        assert not self.is_alive(), f"{self.name} runs already"
        self.process = Running(self.name, self._command(), plain_environment(), self.folder / f"{self.name}.log")
        until(f"{self.name} answers", self._answers_or_ended, START_SECONDS)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def stop(self) -> None:
        """Ends it as its operator would, by SIGTERM."""
        if self.process:
            self.process.end()

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.kill()
        self.process.end()

    def restart(self) -> None:
        self.kill()
        self.start()

    def end(self) -> None:
        """Stops it and removes its data."""
        if self.process:
            self.process.kill()
            self.process.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> Sequence[str | Path]:
        raise NotImplementedError

    def _answers(self) -> bool:
        return listens(self.port)

    def _answers_or_ended(self) -> bool:
        assert self.process
        assert self.process.is_alive(), f"{self.name} ended:\n{self.process.tail()}"
        return self._answers()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
