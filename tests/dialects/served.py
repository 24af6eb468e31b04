"""gunicorn with the deployed configuration, as a process, over a data directory of its own with one repo in it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes import FakeRepo, Synthetic, repo_file

ROOT = Path(__file__).resolve().parents[2]
BIG = 5 << 20

FILL = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.catalog.published import publish
from tests.dialects.served import served_repo
publish(served_repo())
"""


def served_repo() -> FakeRepo:
    repo = FakeRepo("acme/served", {"small.txt": "small\n", "big.bin": repo_file("big.bin", Synthetic(BIG, 3))})
    repo.branch("dev/x")
    return repo


@dataclass
class Served:
    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def worker(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def open_blobs(self) -> int:
        """Descriptors of the worker that lead into the store."""
        count = 0
        for descriptor in Path(f"/proc/{self.worker()}/fd").iterdir():
            try:
                count += "/blobs/sha256/" in os.readlink(descriptor)
            except FileNotFoundError:
                continue
        return count


@contextmanager
def served(data_dir: Path, **settings: str) -> Iterator[Served]:
    """`settings` are further environment variables."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {
        "HUB_DATA_DIR": str(data_dir),
        "HUB_PORT": str(port),
        "HUB_WEB_WORKERS": "1",
        "HUB_WEB_THREADS": "4",
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    subprocess.run([sys.executable, "-c", FILL], env=environment, cwd=ROOT, check=True)
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "hub.wsgi"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield Served(port, process)
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("gunicorn did not start")
