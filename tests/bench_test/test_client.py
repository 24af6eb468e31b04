from pathlib import Path

import pytest

from tests.bench.client import insist_on_files
from tests.bench.findings import CannotMeasure

FILES = {"config.json": 2, "group-0/part-00000.txt": 5}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    folder = tmp_path / "hub/models--bench--model/snapshots/abc"
    (folder / "group-0").mkdir(parents=True)
    return folder


def test_a_download_that_brought_every_file_whole_may_be_measured(tmp_path: Path, snapshot: Path) -> None:
    (snapshot / "config.json").write_text("{}")
    (snapshot / "group-0/part-00000.txt").write_text("whole")
    insist_on_files(tmp_path, FILES)


def test_a_download_that_brought_nothing_is_no_measurement(tmp_path: Path, snapshot: Path) -> None:
    with pytest.raises(CannotMeasure, match="0 of 2 files"):
        insist_on_files(tmp_path, FILES)


def test_a_file_that_is_missing_or_short_is_no_measurement(tmp_path: Path, snapshot: Path) -> None:
    (snapshot / "config.json").write_text("{}")
    (snapshot / "group-0/part-00000.txt").write_text("cut")
    with pytest.raises(CannotMeasure, match="1 of 2 files"):
        insist_on_files(tmp_path, FILES)
