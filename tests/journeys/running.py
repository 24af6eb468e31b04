"""The hub under test, run as a user runs it: `manage.py serve` and the other commands, on data of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from .processes import PATIENCE, ROOT, Running, free_port, plain_environment, until, with_variable

ADMIN_PASSWORD = "a-password-of-the-tests"
NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there: an upstream that a journey does not have is not the real one."""


class RunningHub:
    """`upstream` is its Hugging Face; `settings` are HUB_* variables without the prefix. Start it with `start()`;
    `end()` always."""

    def __init__(self, folder: Path, upstream: str, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        named = {
            "DATA_DIR": str(self.data),
            "PORT": str(port),
            "HUGGINGFACE_URL": upstream,
            "MODELSCOPE_URL": NOWHERE,
            "UPSTREAM_HOSTS": "127.0.0.1 127.0.0.2",
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
            "LOG_LEVEL": "INFO",
        } | settings
        self.env = plain_environment(**{f"HUB_{name}": value for name, value in named.items()})
        self.serve: Running | None = None

    def start(self) -> None:
        self.serve = Running("hub", [sys.executable, ROOT / "manage.py", "serve"], self.env, self.folder / "hub.log")
        until("the hub is ready", self.is_ready)

    def is_ready(self) -> bool:
        assert self.serve is not None
        if not self.serve.is_alive():
            raise AssertionError(f"the hub ended:\n{self.serve.tail()}")
        try:
            with urllib.request.urlopen(f"{self.url}/-/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def end(self) -> None:
        """Also what a killed `serve` may have left behind."""
        if self.serve:
            self.serve.end()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self) -> dict[int, str]:
        """Command lines by process id, of everything that runs from this hub's data directory."""
        return with_variable("HUB_DATA_DIR", str(self.data))

    def pids_of(self, part: str) -> list[int]:
        """`part` is "work" or "gunicorn"."""
        return [pid for pid, line in self.processes().items() if re.search(rf"(^| ){part}( |$)", line)]

    def kill(self, part: str) -> list[int]:
        """kill -9; the ids of what was killed."""
        pids = self.pids_of(part)
        assert pids, f"no {part} runs: {self.processes()}"
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return pids

    def manage(self, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """One `manage.py` command; standard output and error together."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )

    def bring(self, repo: str, revision: str = "main") -> None:
        """Pulls a model in, which has to succeed, by asking about it: what a client's first request does."""
        name = urllib.parse.quote(revision, safe="")
        with urllib.request.urlopen(f"{self.url}/api/models/{repo}/revision/{name}", timeout=PATIENCE) as answer:
            assert answer.status == 200

    def log(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")
