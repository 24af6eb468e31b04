"""A stand-in for an upstream as a process, and what it counted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .ground import BASE, Ground, free_port
from .process import fetch, running, wait_for

REPO = "bench/model"
FIRST = "bench/first"
"""Beside every REPO, and small: for mirrors that shall have brought in something before they are measured."""


@dataclass(frozen=True)
class Upstream:
    url: str
    control: str
    groups: str

    def forget(self) -> None:
        fetch(f"{self.control}/__control__/requests", "DELETE")

    def counters(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = json.loads(fetch(f"{self.control}/__control__/counters"))
        return found

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(fetch(f"{self.control}/__control__/requests"))
        return found

    def files(self, repo: str = REPO) -> dict[str, int]:
        """Path and size in bytes of every file, as the upstream lists them."""
        told = json.loads(fetch(f"{self.url}/api/models/{repo}?blobs=true"))
        return {entry["rfilename"]: entry["size"] for entry in told["siblings"]}

    @property
    def address(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def upstream(
    ground: Ground, groups: str, rate: int = 0, repos: Sequence[str] = (REPO,), flat: bool = False
) -> Iterator[Upstream]:
    """`repos`, each of files as `1x2GiB,2000x20KiB`, in folders if not `flat`; `rate` in bytes per second of each
    connection."""
    with stand_in(ground, "huggingface", groups, rate, repos, flat) as found:
        for repo in repos:
            make_files(found, repo)
        found.forget()
        yield found


@contextmanager
def stand_in(
    ground: Ground, family: str, groups: str, rate: int, repos: Sequence[str], flat: bool = False
) -> Iterator[Upstream]:
    port, control = free_port(), free_port()
    with ground.folder(family) as folder:
        command = [sys.executable, "-m", f"tests.fakes.{family}", "--port", port, "--control-port", control]
        command += ["--rate", rate, *(["--flat"] if flat else [])]
        for repo, what in ((FIRST, "1x1000B"), *((repo, groups) for repo in repos)):
            command += ["--synthetic", f"{repo}={what}"]
        environment = {"PYTHONPATH": str(BASE), "TMPDIR": str(folder)}
        with running([str(word) for word in command], folder, "upstream", environment) as process:
            found = Upstream(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{control}", groups)
            wait_for(f"{found.control}/__control__/counters", process, folder / "upstream.log")
            yield found


def make_files(found: Upstream, repo: str) -> None:
    """The stand-in hashes a file when it is first listed and writes it when it is first read: not while we measure."""
    fetch(f"{found.url}/api/models/{repo}?blobs=true")
    for entry in json.loads(fetch(f"{found.url}/api/models/{repo}/tree/main?recursive=true")):
        if entry["type"] == "file" and entry.get("lfs"):
            fetch(f"{found.url}/{repo}/resolve/main/{entry['path']}", byte_range="bytes=0-0")
