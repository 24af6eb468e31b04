"""`hf download` of huggingface_hub 2.4.0, with an empty cache each time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from .environments import program
from .findings import CannotMeasure
from .ground import Ground, settle_disk
from .process import clean_environment
from .upstream import REPO

VERSION = "2.4.0"


def download(ground: Ground, endpoint: str, files: Mapping[str, int], repo: str = REPO) -> float:
    """Seconds of a whole `hf download` from `endpoint`, the start of its process included. It has to bring `files`,
    each with its size in bytes."""
    with ground.folder("client") as home:
        program("huggingface_hub", VERSION, "hf")  # Installed before the clock runs, if it must be.
        settle_disk()
        started = time.monotonic()
        finish(begin(endpoint, home, repo))
        seconds = time.monotonic() - started
        insist_on_files(home, files)
        return seconds


def begin(endpoint: str, home: Path, repo: str = REPO) -> subprocess.Popen[str]:
    environment = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }
    return subprocess.Popen(
        [program("huggingface_hub", VERSION, "hf"), "download", repo],
        env=clean_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"hf download ended with {process.returncode}: {told[-2000:]}")


def insist_on_files(home: Path, files: Mapping[str, int]) -> None:
    """Raises CannotMeasure where a download ended well and brought less, as from a hub whose info lists no files:
    such a time is the start of the client, and little else."""
    snapshots = list(home.glob("hub/*/snapshots/*"))
    brought = {
        str(path.relative_to(snapshot)): path.stat().st_size
        for snapshot in snapshots
        for path in snapshot.rglob("*")
        if path.is_file()
    }
    if brought != files:
        whole = sum(1 for path, size in files.items() if brought.get(path) == size)
        raise CannotMeasure(f"hf download ended well and brought {whole} of {len(files)} files whole")
