"""What more worker processes bring from an upstream that gives each connection its own rate."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

from .databases import postgres
from .findings import Comparison, Finding
from .ground import BASE, Ground, settle_disk, size_words
from .process import clean_environment, running
from .rounds import side_by_side
from .upstream import REPO, Upstream, upstream

NUMBERS = (2, 4)
CONNECTIONS = (2, 16)
"""Of each worker. With 2, the workers' connections are what is scarce; with 16, soon the machine is."""


def measure(ground: Ground) -> Iterator[Finding]:
    sizes = ground.sizes
    files, size = sizes.shards, sizes.shard // 4
    with upstream(ground, f"{files}x{size}B", sizes.slow) as source:
        for connections in CONNECTIONS:
            for number in NUMBERS:
                many, one = (
                    lambda count=count, connections=connections: _rate(ground, source, count, connections)
                    for count in (number, 1)
                )
                samples = side_by_side(many, one, ground.rounds)
                title = (
                    f"{files} x {size_words(size)}, upstream 30 MB/s a connection, {connections} connections a worker, "
                    f"Postgres: {number} workers / 1 worker, repos per second"
                )
                yield Comparison(title, *samples, goal=0.8 * number if connections == 2 else 1.0, more_is_better=True)


def _rate(ground: Ground, source: Upstream, workers: int, connections: int) -> float:
    """Repos per second of `manage.py mirror --wait`, with so many `manage.py work` beside it."""
    with ExitStack() as parts:
        folder = parts.enter_context(ground.folder("workers"))
        environment = {
            "DJANGO_SETTINGS_MODULE": "hub.settings",
            "PYTHONPATH": str(BASE),
            "HUB_DATA_DIR": str(folder / "data"),
            "HUB_DATABASE_URL": parts.enter_context(postgres()),
            "HUB_HUGGINGFACE_URL": source.url,
            "HUB_UPSTREAM_HOSTS": "127.0.0.1 127.0.0.2",
            "HUB_ADMIN_PASSWORD": "the bench needs none",
            "HUB_CONNECTIONS": str(connections),
            "HUB_LOG_LEVEL": "WARNING",
        }
        manage = [sys.executable, str(BASE / "manage.py")]
        _run([*manage, "prepare"], environment)
        for number in range(workers):
            parts.enter_context(running([*manage, "work"], folder, f"work-{number}", environment))
        time.sleep(3)  # Their start is not what is measured.
        settle_disk()
        started = time.monotonic()
        _run([*manage, "mirror", REPO, "--wait"], environment)
        return 1 / (time.monotonic() - started)


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=clean_environment(environment), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[2]} ended with {done.returncode}: {done.stderr[-2000:]}")
