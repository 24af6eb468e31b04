"""Speed by the time of day, as an operator writes it."""

from datetime import UTC, datetime

import pytest

from hub.errors import BadInput
from hub.upstreams.windows import next_change, parse_windows, rate_at, sentence_of

OFFICE = "Mon-Fri 08:00-18:00 20MB/s\nSat,Sun full\n22:00-06:00 0\n50 MB/s"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """`day` 1 is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "rate"),
    [
        (at(1, 8), 20_000_000),
        (at(1, 17, 59), 20_000_000),
        (at(1, 18), 50_000_000),
        (at(1, 23), 0),
        (at(2, 5, 59), 0),
        (at(2, 6), 50_000_000),
        (at(6, 12), None),
        (at(8, 3), 0),
    ],
)
def test_the_first_window_that_holds_decides(moment: datetime, rate: int | None) -> None:
    assert rate_at(parse_windows(OFFICE), moment) == rate


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    windows = parse_windows("Fri 22:00-06:00 1MB/s")
    assert [rate_at(windows, moment) for moment in (at(5, 23), at(6, 5), at(5, 5), at(6, 23))] == [
        10**6,
        10**6,
        None,
        None,
    ]


def test_days_may_go_over_the_end_of_the_week() -> None:
    windows = parse_windows("Sat-Mon 1MiB/s")
    assert [rate_at(windows, at(day, 12)) for day in (5, 6, 7, 8, 9)] == [None, 1 << 20, 1 << 20, 1 << 20, None]


def test_no_line_is_full_speed() -> None:
    assert rate_at(parse_windows(" \n"), at(1, 1)) is None


def test_the_sentence_says_what_holds_and_what_comes() -> None:
    windows = parse_windows(OFFICE)
    assert sentence_of(windows, at(1, 9)) == "20 MB/s until 18:00 (Mon), then 50 MB/s"
    assert sentence_of(windows, at(1, 23)) == "stopped until 06:00 (Tue), then 50 MB/s"
    assert sentence_of(windows, at(6, 12)) == "full speed until 00:00 (Mon), then stopped"
    assert sentence_of(parse_windows("5MB/s"), at(1, 9)) == "5.0 MB/s"


def test_what_never_changes_has_no_next_change() -> None:
    assert next_change(parse_windows("5MB/s"), at(1, 9)) is None


@pytest.mark.parametrize(
    "line",
    ["fast", "Mon", "8-18 5MB/s", "25:00-26:00 5MB/s", "08:00-08:00 5MB/s", "Mox 5MB/s", "5MB", "10B/s", "-5MB/s"],
)
def test_a_line_that_makes_no_sense_is_told_with_an_example(line: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_windows(f"1MB/s\n{line}")
    assert line in caught.value.sentence
    assert "Mon-Fri 08:00-18:00 20MB/s" in caught.value.next_step
