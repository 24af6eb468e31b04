"""A fake as a process of its own, steered from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .asking import Answer, ask

ROOT = Path(__file__).parent.parent.parent


class Process:
    def __init__(self, lines: list[str]) -> None:
        self.url = lines[0]
        named = dict(line.split(" ", 1) for line in lines[1:])
        self.cdn, self.control, self.user = named["cdn"], named["control"], named["user"]

    def tell(self, name: str, data: Any = None, method: str = "POST") -> Answer:
        return ask(f"{self.control}/{name}", method, body=json.dumps(data).encode() if data is not None else None)


@contextmanager
def running(module: str, *options: str) -> Iterator[Process]:
    """Of one fake with one user in it; it has to end well when it is told to."""
    command = [sys.executable, "-m", module, *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield Process([process.stdout.readline().strip() for _ in range(4)])
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
