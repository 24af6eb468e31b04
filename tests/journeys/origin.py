"""The stand-in upstream as a process of its own, and its remote control."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.fakes import Entry

from .processes import Running, plain_environment, until


class Origin:
    """`url` is what the hub is given as its upstream; `tokens` are those of its people, by name. `family` is the module
    of the stand-in."""

    def __init__(self, folder: Path, options: Sequence[str], family: str = "huggingface") -> None:
        command = [sys.executable, "-m", f"tests.fakes.{family}", *options]
        self.process = Running("upstream", command, plain_environment(), folder / "upstream.log")
        until("the upstream tells its addresses", self._has_told)
        lines = self.process.text().splitlines()
        words = [line.split() for line in lines[1:]]
        self.url = lines[0]
        self.control_url = next(line[1] for line in words if line[0] == "control")
        self.tokens = {line[1]: line[2] for line in words if line[0] == "user"}

    def _has_told(self) -> bool:
        if not self.process.is_alive():
            raise AssertionError(f"the upstream ended:\n{self.process.tail()}")
        return bool(re.search(r"^control .*\n", self.process.text(), re.MULTILINE)) and self.process.text()[-1] == "\n"

    def end(self) -> None:
        self.process.end()

    def control(self, method: str, name: str, data: Any = None) -> Any:
        body = json.dumps(data or {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.control_url}/{name}", body, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def log(self, repo: str = "") -> list[Entry]:
        """What was asked so far, of everything or of one model."""
        entries = [Entry(**entry) for entry in self.control("GET", "requests")]
        return [entry for entry in entries if not repo or re.search(paths_of(repo), entry.target)]

    def forget_log(self) -> None:
        self.control("DELETE", "requests")

    def fault(self, kind: str, repo: str, path: str = "", **options: Any) -> None:
        """Misbehaves for one model; `path` narrows it further."""
        where = f"({paths_of(repo)}).*{path}" if path else paths_of(repo)
        self.control("POST", "faults", {"kind": kind, "path": where, **options})

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def unplug(self) -> None:
        self.control("POST", "unplug")

    def replug(self) -> None:
        self.control("POST", "replug")


def internal_id(repo: str) -> str:
    """By which the content network knows a model."""
    return hashlib.sha256(f"model:{repo}".encode()).hexdigest()[:24]


def paths_of(repo: str) -> str:
    """A pattern of every address of a model, on both hosts of either upstream."""
    owner, _, name = re.escape(repo).rpartition("/")
    return f"{re.escape(repo)}(/|$|\\?)|/{internal_id(repo)}/|namespace={owner}&repository={name}&"
