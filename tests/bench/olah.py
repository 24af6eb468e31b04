"""olah 0.5.4 (PyPI) beside us: another caching mirror of Hugging Face."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .environments import program
from .ground import Ground, free_port
from .process import running, wait_for
from .upstream import REPO, Upstream

VERSION = "0.5.4"
WORKERS = 2


@contextmanager
def olah(ground: Ground, source: Upstream) -> Iterator[str]:
    """Its address; fresh, holding nothing, with as many workers as our hub has web workers."""
    binary, port = program("olah", VERSION, "olah-cli"), free_port()
    with ground.folder("olah") as folder:
        (folder / "olah.toml").write_text(_configuration(folder, port, source.address))
        # More than one worker needs the file; with the file, its flags for the upstream are ignored.
        command = [binary, "--config", folder / "olah.toml", "--workers", WORKERS, "--log-path", folder / "logs"]
        with running([str(word) for word in command], folder, "olah") as process:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/api/models/{REPO}", process, folder / "olah.log")
            yield url


def _configuration(folder: Path, port: int, address: str) -> str:
    """Big files come from a redirect of the upstream's own host, so one address is enough for both."""
    here = f"127.0.0.1:{port}"
    basic = {
        "host": "127.0.0.1",
        "port": port,
        "ssl-key": "",
        "ssl-cert": "",
        "repos-path": str(folder / "repos"),
        "cache-size-limit": "",
        "hf-scheme": "http",
        "hf-netloc": address,
        "hf-lfs-netloc": address,
        "mirror-scheme": "http",
        "mirror-netloc": here,
        "mirror-lfs-netloc": here,
        "mirrors-path": [],
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in basic.items()]
    return "\n".join(["[basic]", *lines, "[accessibility]", "offline = false", ""])
