"""A server that the bench starts and ends by its own process id, with a log that is told when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60
END_SECONDS = 40
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class DidNotStart(Exception):
    """A server ended or stayed silent; the text has the end of its log."""


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, name: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process in a group of its own; its output goes to `folder/name.log`."""
    with open(folder / f"{name}.log", "wb") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=clean_environment(environment or {}),
            cwd=folder,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks first; whatever is left of its group is killed then."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the person's own hub, client or proxy reaches what is measured."""
    foreign = ("HUB_", "HF_", "HUGGING", "DJANGO_", "GUNICORN_", "PYTHON")
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {name: value for name, value in kept.items() if name.lower() not in proxies} | dict(more)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, statuses: Sequence[int] = (200,)) -> None:
    """Returns when `url` answers with one of `statuses`. Raises DidNotStart."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if status_of(url) in statuses:
            return
        time.sleep(0.1)
    raise DidNotStart(
        f"nothing good came from {url}; the end of {log.name}:\n{log.read_text(errors='replace')[-3000:]}"
    )


def status_of(url: str) -> int:
    """The HTTP status of a GET; 0 where nobody answers."""
    try:
        with _DIRECT.open(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def fetch(url: str, method: str = "GET", byte_range: str = "") -> bytes:
    headers = {"Range": byte_range} if byte_range else {}
    with _DIRECT.open(urllib.request.Request(url, method=method, headers=headers), timeout=120) as answer:
        return bytes(answer.read())
