from datetime import date
from pathlib import Path

from tests.bench.findings import Comparison, Limit, Sample, Skipped
from tests.bench.kept import Measurement, load, save
from tests.bench.page import page

FINDINGS = [
    Comparison("a rate", Sample((9.0, 11.0)), Sample((10.0, 10.0)), goal=0.6, more_is_better=True),
    Limit("memory", Sample((90.0, 91.0)), most=300, unit=" MiB"),
    Skipped("nginx", "it is not installed"),
]


def test_what_was_measured_is_read_back_as_it_was(tmp_path: Path):
    measured = {"row": Measurement(date(2026, 1, 2), 6, FINDINGS)}
    save(measured, tmp_path / "folder" / "kept.json")
    assert load(tmp_path / "folder" / "kept.json") == measured
    assert load(tmp_path / "other.json") == {}


def test_the_page_has_the_command_of_every_row_and_says_what_was_never_measured():
    text = page({"row": Measurement(date(2026, 1, 2), 6, FINDINGS)}, {"row": "One row", "other": "Another row"})
    assert 'make bench ARGS="--only row"\n\nMeasured on 2026-01-02, 6 rounds:' in text
    assert "| a rate | 1.00 (0.90 to 1.10) | at least 0.6 x | met |" in text
    assert '## Another row\n\n    make bench ARGS="--only other"\n\nNot measured yet.' in text
