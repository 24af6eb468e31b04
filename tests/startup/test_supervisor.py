"""Which deaths the supervisor answers with a new start."""

import os
import sys
from pathlib import Path

import pytest

from workers.management.supervisor import Child, StartFailed, keep_short


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


def test_a_log_that_grows_too_long_is_begun_anew_while_others_write_to_it(tmp_path: Path) -> None:
    path = tmp_path / "hub.log"
    with open(path, "ab", buffering=0) as log, open(path, "ab", buffering=0) as other:
        log.write(b"old line\n" * 20)
        assert not keep_short(log.fileno(), most=1000)
        assert keep_short(log.fileno(), most=100)
        other.write(b"new line\n")
        log.write(b"another\n")
    assert path.read_bytes() == b"new line\nanother\n"
    assert path.with_suffix(".log.1").read_bytes() == b"old line\n" * 20


def test_a_log_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    with open(tmp_path / "everything", "ab", buffering=0) as log:
        log.write(b"somebody else's\n" * 20)
        assert not keep_short(log.fileno(), most=100)
    read, write = os.pipe()
    assert not keep_short(write, most=0)
    os.close(read)
    os.close(write)
