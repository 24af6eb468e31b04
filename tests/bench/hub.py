"""Our hub as `manage.py serve` runs it, with a data directory of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .ground import BASE, Ground, free_port
from .memory import command_line, descendants, peak_mib
from .process import clean_environment, fetch, running, wait_for
from .upstream import REPO, Upstream

NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there: what is measured with one upstream never asks another."""


@dataclass(frozen=True)
class Hub:
    url: str
    pid: int
    data: Path
    environment: dict[str, str]

    def mirror(self, repo: str = REPO) -> float:
        """Seconds of `manage.py mirror --wait`, the start of its process included."""
        command = [sys.executable, str(BASE / "manage.py"), "mirror", repo, "--wait"]
        started = time.monotonic()
        done = subprocess.run(command, env=clean_environment(self.environment), capture_output=True, text=True)
        seconds = time.monotonic() - started
        if done.returncode:
            raise RuntimeError(f"mirror ended with {done.returncode}: {done.stderr[-2000:]}")
        return seconds

    def stored(self, size: int) -> Path:
        """The one file of that size in the store."""
        return next(path for path in self.data.rglob("*") if path.is_file() and path.stat().st_size == size)

    def worker_mib(self) -> float:
        """The most memory that the worker has held since it started."""
        workers = [pid for pid in descendants(self.pid) if "manage.py work" in command_line(pid)]
        return peak_mib(workers[0])

    def paths(self, repo: str = REPO) -> list[str]:
        """The repo's files that are plain git files."""
        tree = json.loads(fetch(f"{self.url}/api/models/{repo}/tree/main?recursive=true"))
        return [entry["path"] for entry in tree if entry["type"] == "file" and not entry.get("lfs")]

    def commit(self, repo: str = REPO) -> str:
        return str(json.loads(fetch(f"{self.url}/api/models/{repo}"))["sha"])


@contextmanager
def hub(
    ground: Ground, source: Upstream, settings: str = "hub.settings", more: Mapping[str, str] | None = None
) -> Iterator[Hub]:
    """Fresh, holding nothing; two web workers, one embedded worker, SQLite, everything else as it comes or as `more`
    sets it."""
    port = free_port()
    with ground.folder("hub") as folder:
        environment = {
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": str(BASE),
            "HUB_DATA_DIR": str(folder / "data"),
            "HUB_PORT": str(port),
            "HUB_HUGGINGFACE_URL": source.url,
            "HUB_MODELSCOPE_URL": NOWHERE,
            "HUB_UPSTREAM_HOSTS": "127.0.0.1 127.0.0.2",
            "HUB_ADMIN_PASSWORD": "the bench needs none",
            "HUB_LOG_LEVEL": "WARNING",
            "HUB_WEB_WORKERS": "2",
            **(more or {}),
        }
        command: list[str | Path] = [sys.executable, BASE / "manage.py", "serve", "--quiet"]
        with running(command, folder, "hub", environment) as process:
            found = Hub(f"http://127.0.0.1:{port}", process.pid, folder / "data", environment)
            wait_for(f"{found.url}/-/health/ready", process, folder / "hub.log")
            yield found
