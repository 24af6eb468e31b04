"""What a service needs installed: a reason to skip for a person, a failure for a build."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def program_or_skip(name: str, package: str, *folders: Path) -> str:
    """The path of a program, looked for in `folders` too; `package` is Debian's name of what brings it."""
    places = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        missing(f"{name} is not installed (Debian package {package})")
    return found


def missing(reason: str) -> None:
    """Skips the test; in a build it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
