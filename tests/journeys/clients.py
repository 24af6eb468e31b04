"""The real clients: their command lines, and their Python interface through a process that answers questions."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes import Commit

from .processes import Running, plain_environment

VERSIONS = ("0.36.2", "1.33.0", "2.4.0")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pulled:
    """What a command left: its exit code and all it said, with runs of white space as one space."""

    code: int
    words: str
    home: Path

    def files(self, repo: str, kind: str = "model") -> dict[str, str]:
        """sha256 by path, of the only snapshot of the repo in the client's cache."""
        folder = self.home / "hub" / f"{kind}s--{repo.replace('/', '--')}" / "snapshots"
        (snapshot,) = folder.iterdir()
        return digests_below(snapshot)


@dataclass(frozen=True)
class Answer:
    """What an expression came to: a value, or an error's class names and message."""

    value: Any = None
    error: list[str] = field(default_factory=list)
    words: str = ""


@dataclass(frozen=True)
class Client:
    """huggingface_hub of one version, installed in `folder`."""

    version: str
    folder: Path

    @property
    def command(self) -> list[str]:
        """What its users type: 0.x has `hf` too, but its documents and scripts say huggingface-cli."""
        return [str(self.folder / "bin" / ("huggingface-cli" if self.version.startswith("0.") else "hf"))]

    def environment(self, url: str, home: Path, **more: str) -> dict[str, str]:
        quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
        places = {"HOME": str(home), "HF_HOME": str(home), "HF_ENDPOINT": url}
        return plain_environment(**quiet, **places, **more)

    def download(self, url: str, home: Path, *arguments: str, **more: str) -> Pulled:
        """`hf download ...`, to its end."""
        done = subprocess.run(
            [*self.command, "download", *arguments],
            env=self.environment(url, home, **more),
            cwd=made_folder(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        return Pulled(done.returncode, as_one_line(done.stdout), home)

    def begin_download(self, url: str, home: Path, *arguments: str, **more: str) -> Running:
        """`hf download ...`, in the background; `ended(...)` reads its outcome."""
        command = [*self.command, "download", *arguments]
        return Running(
            f"client {self.version}", command, self.environment(url, home, **more), made_folder(home) / "client.log"
        )

    def talk(self, url: str, home: Path, **more: str) -> Talk:
        command = [self.folder / "bin" / "python", HERE / "driver.py"]
        return Talk(self.version, command, self.environment(url, home, **more), made_folder(home))


def ended(download: Running) -> Pulled:
    code = download.wait(240)
    download.end()
    return Pulled(code, as_one_line(download.text()), download.log.parent)


class Talk:
    """A Python process of a client that evaluates expressions; see driver.py for what is in scope, and
    modelscope_driver.py."""

    def __init__(self, version: str, command: Sequence[str | Path], environment: Mapping[str, str], home: Path) -> None:
        self.version, self.home = version, home
        self.process = Running(f"python {version}", command, environment, home / "talk.log", talks=True)

    def ask(self, expression: str) -> Answer:
        stdin, stdout = self.process.process.stdin, self.process.process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps(expression).encode() + b"\n")
        stdin.flush()
        line = stdout.readline()
        assert line, f"the client's process ended:\n{self.process.tail()}"
        return Answer(**json.loads(line))

    def value(self, expression: str) -> Any:
        answer = self.ask(expression)
        assert not answer.error, f"{expression}: {answer.error[0]}: {answer.words}"
        return answer.value

    def end(self) -> None:
        self.process.end()


def as_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def digests_below(folder: Path) -> dict[str, str]:
    """sha256 by path; what the client keeps for itself is left out."""
    paths = [path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def digests_of(commit: Commit) -> dict[str, str]:
    """sha256 by path of what the upstream has."""
    return {path: file.source.sha256 for path, file in commit.files.items()}


def made_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
