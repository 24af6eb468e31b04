"""Programs from PyPI that the bench runs, each in a virtual environment of its own below .cache/venvs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .findings import CannotMeasure
from .ground import CACHE


def program(package: str, version: str, name: str) -> Path:
    """The program `name` of that very version; made on first use. Raises CannotMeasure where it cannot be had."""
    folder = CACHE / "venvs" / f"{package}-{version}"
    found = folder / "bin" / name
    if not (folder / "complete").exists():
        _install(folder, f"{package}=={version}")
    return found


def _install(folder: Path, requirement: str) -> None:
    make = [sys.executable, "-m", "venv", "--clear", str(folder)]
    install = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", requirement]
    for command in (make, install):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise CannotMeasure(f"{requirement} could not be installed: {done.stderr.strip()[-300:]}")
    (folder / "complete").touch()
