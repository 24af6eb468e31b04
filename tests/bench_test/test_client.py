from pathlib import Path

import pytest

from tests.bench.client import insist_on_files
from tests.bench.findings import CannotMeasure


def test_a_download_that_brought_nothing_is_no_measurement(tmp_path: Path) -> None:
    (tmp_path / "hub/models--bench--model/snapshots/abc").mkdir(parents=True)
    with pytest.raises(CannotMeasure):
        insist_on_files(tmp_path)


def test_one_file_is_enough_to_see_that_it_worked(tmp_path: Path) -> None:
    snapshot = tmp_path / "hub/models--bench--model/snapshots/abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    insist_on_files(tmp_path)
