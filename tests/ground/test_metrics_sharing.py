"""Processes of one host tell each other what they counted; those that have ended are not forgotten."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub import metrics
from hub.metrics import sharing

ROOT = Path(__file__).resolve().parents[2]
COUNT = """
import sys
from hub import settings
from django.conf import settings as conf
conf.configure(DATA_DIR=sys.argv[1])
from hub import metrics
from hub.metrics import sharing
metrics.DOWNLOADS.inc(float(sys.argv[2]))
assert sharing.flush()
print("counted", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def another(place: Path, count: int) -> "subprocess.Popen[str]":
    """A process that has counted so many downloads, and lives until it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", COUNT, str(place), str(count)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline().strip() == "counted"
    return process


def end(process: "subprocess.Popen[str]", how: int = signal.SIGKILL) -> None:
    process.send_signal(how)
    process.communicate()


def downloads() -> float:
    """As a scrape of this process tells it, less what this process itself has counted."""
    own = metrics.DOWNLOADS._value.get()
    family = next(family for family in sharing.everybodys() if family.name == "entrepot_downloads")
    return sum(sample.value for sample in family.samples) - own


def test_one_process_answers_for_all(own_folder: Path) -> None:
    first, second = another(own_folder, 3), another(own_folder, 4)
    try:
        assert downloads() == 7
    finally:
        end(first)
        end(second)


def test_what_a_killed_process_had_told_stays_through_any_number_of_foldings(own_folder: Path) -> None:
    living, dead = another(own_folder, 3), another(own_folder, 4)
    end(dead)
    try:
        assert downloads() == 7
        assert sharing.fold() == 1
        assert downloads() == 7
        assert sharing.fold() == 0
        assert downloads() == 7
    finally:
        end(living)


def test_folding_removes_the_files_of_the_dead(own_folder: Path) -> None:
    for count in (1, 2, 3):
        end(another(own_folder, count))
    sharing.fold()
    left = {path.name for path in sharing.folder().iterdir() if str(os.getpid()) not in path.name}
    assert left == {"ended.json", "folding"}
    assert downloads() == 6


def test_a_kill_in_the_middle_of_folding_counts_nothing_twice(own_folder: Path, monkeypatch: Any) -> None:
    end(another(own_folder, 5))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sharing.fold()
    assert downloads() == 5
    sharing.fold()
    assert downloads() == 5


def test_a_file_cut_short_by_a_lost_machine_is_left_out(own_folder: Path) -> None:
    sharing.folder().mkdir(parents=True)
    (sharing.folder() / "77-abc.json").write_text('{"totals": [["entrepot_downl')
    assert downloads() == 0


def test_a_child_does_not_count_what_its_parent_had_counted(own_folder: Path) -> None:
    metrics.DOWNLOADS.inc(10)
    read, write = os.pipe()
    if not (pid := os.fork()):
        metrics.DOWNLOADS.inc(2)
        own = sharing._process.totals()["entrepot_downloads_total", ()]
        os.write(write, json.dumps(own).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    assert json.loads(os.read(read, 100)) == 2


def test_a_metric_that_no_longer_exists_is_not_told(own_folder: Path) -> None:
    sharing.folder().mkdir(parents=True)
    (sharing.folder() / "77-abc.json").write_text(json.dumps({"totals": [["of_an_older_version_total", {}, 1.0]]}))
    assert all(sample.name != "of_an_older_version_total" for one in sharing.everybodys() for sample in one.samples)
