"""The stand-in for ModelScope beside the one for Hugging Face, and the client that people use for it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from .environments import program
from .ground import Ground, settle_disk
from .process import clean_environment, fetch
from .upstream import REPO, Upstream, stand_in

VERSION = "1.40.2"


@contextmanager
def modelscope(ground: Ground, groups: str, repos: Sequence[str] = (REPO,)) -> Iterator[Upstream]:
    """As upstream.upstream."""
    with stand_in(ground, "modelscope", groups, 0, repos) as found:
        for repo in repos:
            make_files(found, repo)
        found.forget()
        yield found


def make_files(found: Upstream, repo: str) -> None:
    """See upstream.make_files."""
    base = f"{found.url}/api/v1/models/{repo}/repo"
    for entry in json.loads(fetch(f"{base}/files?Revision=master&Recursive=True"))["Data"]["Files"]:
        if entry["IsLFS"]:
            fetch(f"{base}?{urlencode({'Revision': 'master', 'FilePath': entry['Path']})}", byte_range="bytes=0-0")


def behind(source: Upstream) -> dict[str, str]:
    """What a hub is told so that ModelScope is there."""
    return {"HUB_MODELSCOPE_URL": source.url}


def download(ground: Ground, endpoint: str, repo: str = REPO) -> float:
    """Seconds of a whole `modelscope download` from `endpoint`, the start of its process included."""
    with ground.folder("client") as home:
        command = [program("modelscope", VERSION, "modelscope"), "download", repo]
        settle_disk()
        started = time.monotonic()
        done = subprocess.run(command, env=_environment(endpoint, home), capture_output=True, text=True)
        seconds = time.monotonic() - started
        if done.returncode:
            raise RuntimeError(f"modelscope download ended with {done.returncode}: {done.stderr[-2000:]}")
        return seconds


def _environment(endpoint: str, home: Path) -> dict[str, str]:
    places = {"MODELSCOPE_CACHE": str(home / "cache"), "MODELSCOPE_HOME": str(home / "home"), "HOME": str(home)}
    return clean_environment({"MODELSCOPE_ENDPOINT": endpoint, **places})
