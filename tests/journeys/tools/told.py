"""Runs a tool to its end: a program with its arguments, or a few lines in the tool's own language that print JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.journeys.clients import as_one_line, digests_below, made_folder
from tests.journeys.origin import Origin
from tests.journeys.processes import plain_environment


@dataclass(frozen=True)
class Told:
    """The exit code, and all that was said, with runs of white space as one space."""

    code: int
    words: str
    out: str

    @property
    def value(self) -> Any:
        """What the last line of standard output says as JSON."""
        assert self.code == 0, self.words
        return json.loads(self.out.splitlines()[-1])


def run(command: Sequence[str | Path], home: Path, **environment: str) -> Told:
    """In `home`, with nothing of the person's shell but PATH and what is given."""
    done = subprocess.run(
        [str(part) for part in command],
        env=plain_environment(HOME=str(home), HF_HUB_DISABLE_TELEMETRY="1", **environment),
        cwd=made_folder(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
    )
    return Told(done.returncode, as_one_line(done.stdout + done.stderr), done.stdout)


def python(folder: Path, script: str, home: Path, **environment: str) -> Told:
    """`script` in the environment of `folder`."""
    return run([folder / "bin" / "python", "-c", dedent(script)], home, **environment)


def cached(home: Path, repo: str, kind: str = "model") -> dict[str, str]:
    """sha256 by path, of the only snapshot of a repo below $HF_HOME or ~/.cache/huggingface."""
    name = f"{kind}s--{repo.replace('/', '--')}"
    (snapshot,) = [found for found in home.rglob(f"hub/{name}/snapshots/*") if found.is_dir()]
    return digests_below(snapshot)


@contextmanager
def unasked(origin: Origin) -> Iterator[None]:
    """What happens inside needs no upstream."""
    origin.forget_log()
    yield
    assert [f"{entry.method} {entry.target}" for entry in origin.log()] == []
