"""The units, as systemd itself reads them: they hold nothing that it does not know, and they are locked up well."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY

UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 2.0
"""Of 10. What a service that talks to the network cannot go below is about 1."""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Copies that start what is on this machine: systemd looks whether the program exists."""
    if not shutil.which("systemd-analyze"):
        if os.environ.get("CI") == "true":
            pytest.fail("systemd-analyze is missing (Debian: systemd)")
        pytest.skip("systemd-analyze is not installed")
    for name in UNITS:
        text = (DEPLOY / "systemd" / name).read_text()
        (tmp_path / name).write_text(text.replace("/opt/entrepot/.venv/bin/python", sys.executable))
    return tmp_path


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def instance(name: str) -> str:
    return name.replace("@.", "@1.")


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line(units: Path, name: str) -> None:
    answer = analyze("verify", "--man=no", str(units / instance(name)))
    ours = [line for line in answer.stderr.splitlines() if str(units) in line]
    assert ours == []
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_locked_up(units: Path, name: str) -> None:
    answer = analyze("security", "--offline=true", "--no-pager", str(units / name))
    level = re.search(r"exposure level for .*: (\d+\.\d+)", answer.stdout)
    assert level, answer.stdout + answer.stderr
    assert float(level[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_gives_its_children_more_time_than_they_take(name: str) -> None:
    from workers.management.supervisor import GRACE_SECONDS

    stop = re.search(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "systemd" / name).read_text(), re.MULTILINE)
    assert stop
    assert int(stop[1]) > GRACE_SECONDS
