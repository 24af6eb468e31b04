from tests.bench.findings import Comparison, Limit, Sample, Skipped
from tests.bench.page import line, table


def compared(ours: list[float], theirs: list[float], goal: float = 1.0, more_is_better: bool = True) -> Comparison:
    return Comparison("row", Sample(tuple(ours)), Sample(tuple(theirs)), goal, more_is_better)


def test_a_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_the_medians():
    found = compared([10, 1, 30], [10, 2, 10])
    assert found.ratios.values == (1, 0.5, 3)
    assert found.ratios.median == 1
    assert found.measured == "1.00 (0.50 to 3.00)"


def test_a_machine_that_slows_down_half_way_changes_no_ratio():
    assert compared([100, 100, 50, 50], [200, 200, 100, 100]).ratios.spread == (0.5, 0.5)


def test_a_rate_meets_its_goal_from_above_and_a_time_from_below():
    assert compared([96], [100], goal=0.95).is_met
    assert not compared([94], [100], goal=0.95).is_met
    assert compared([9], [10], more_is_better=False).is_met
    assert not compared([11], [10], more_is_better=False).is_met


def test_a_limit_is_held_by_the_worst_round():
    assert Limit("memory", Sample((100, 299)), most=300, unit=" MiB").is_met
    assert not Limit("memory", Sample((100, 300)), most=300).is_met
    assert Limit("memory", Sample((100, 299)), most=300, unit=" MiB").measured == "299 MiB"


def test_a_count_with_equal_bounds_must_be_exact_in_every_round():
    assert Limit("copies", Sample((1, 1)), most=1, least=1).is_met
    assert not Limit("copies", Sample((1, 2)), most=1, least=1).is_met
    assert Limit("requests", Sample((0, 0)), most=0).wanted == "exactly 0"
    assert Limit("requests", Sample((0, 0)), most=0).is_met


def test_the_table_tells_what_was_met_missed_and_not_measured():
    text = table([compared([9], [10]), Skipped("other row", "nginx is not installed")])
    assert "| row | 0.90 (0.90 to 0.90) | at least 1 x | missed |" in text
    assert line(Skipped("other row", "nginx is not installed")) in text
