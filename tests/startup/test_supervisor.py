"""Which deaths the supervisor answers with a new start."""

import sys
from pathlib import Path

import pytest

from workers.management.supervisor import Child, StartFailed


def started(code: str) -> tuple[Child, int]:
    child = Child("web", [sys.executable, "-c", code], Path.cwd())
    child.start()
    assert child.process is not None
    return child, child.process.wait()


def test_a_child_that_ends_by_itself_right_after_its_start_is_not_started_again() -> None:
    child, code = started("raise SystemExit(3)")
    with pytest.raises(StartFailed, match="code 3"):
        child.note_death(code)


def test_a_child_that_a_signal_killed_is_started_again_however_young_it_was() -> None:
    child, code = started("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    child.note_death(code)
    assert child.process is None
    assert child.failures == 1
