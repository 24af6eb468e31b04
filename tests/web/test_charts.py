"""Charts are geometry: bars of the right height, tiles of the right area, and nothing outside."""

from datetime import date, timedelta

import pytest

from hub.web.charts import BYTES, HEIGHT, LEAST, PULLS, Group, Leaf, day_bars, treemap

FIRST = date(2026, 11, 1)


def days(*values: int) -> list[tuple[date, int]]:
    return [(FIRST + timedelta(days=number), value) for number, value in enumerate(values)]


def test_the_highest_day_is_as_high_as_the_chart_and_the_others_in_proportion() -> None:
    chart = day_bars(days(50, 100, 0), "Pulls", PULLS)
    assert [bar.height for bar in chart.bars] == [HEIGHT / 2, HEIGHT, 0]
    assert all(bar.top + bar.height == HEIGHT for bar in chart.bars)


def test_a_day_with_little_is_still_seen() -> None:
    assert day_bars(days(1, 1_000_000), "Pulls", PULLS).bars[0].height == LEAST


def test_values_are_told_in_words_with_their_unit() -> None:
    assert [bar.words for bar in day_bars(days(1234, 1), "Pulls", PULLS).bars] == ["1,234 pulls", "1 pull"]
    assert day_bars(days(2_500_000), "Served", BYTES).most == "2.5 MB"


@pytest.mark.parametrize("values", [(), (0,), (0, 0)])
def test_a_chart_of_nothing_says_so(values: tuple[int, ...]) -> None:
    chart = day_bars(days(*values), "Pulls", PULLS)
    assert chart.description == "Nothing in this time."
    assert chart.told == []
    assert chart.width > 0


def test_the_table_lists_the_newest_day_first_and_leaves_empty_ones_out() -> None:
    assert [bar.value for bar in day_bars(days(1, 0, 3), "Pulls", PULLS).told] == [3, 1]


def leaf(name: str, size: float) -> Leaf:
    return Leaf(name, size, f"{size} bytes")


def test_tiles_have_areas_in_proportion_to_their_sizes_and_fill_the_map() -> None:
    map_ = treemap([Group("one", (leaf("one/a", 600),)), Group("two", (leaf("two/b", 300),))], 300, 200)
    areas = {tile.leaf.name: tile.box.width * tile.box.height for tile in map_.tiles}
    assert areas["one/a"] == pytest.approx(2 * areas["two/b"], rel=0.02)
    assert sum(areas.values()) == pytest.approx(300 * 200, rel=0.02)


def test_no_tile_lies_outside_or_over_another() -> None:
    groups = [
        Group(f"g{group}", tuple(leaf(f"g{group}/{number}", (number + 1) ** 2) for number in range(12)))
        for group in range(6)
    ]
    map_ = treemap(groups, 1100, 480)
    boxes = [tile.box for tile in map_.tiles]
    assert len(boxes) == 72
    slack = 0.25
    for box in boxes:
        assert box.x >= -slack
        assert box.y >= -slack
        assert box.x + box.width <= 1100 + slack
        assert box.y + box.height <= 480 + slack
    for number, box in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = box.x + box.width <= other.x + slack or other.x + other.width <= box.x + slack
            above = box.y + box.height <= other.y + slack or other.y + other.height <= box.y + slack
            assert beside or above


def test_what_has_no_size_has_no_tile() -> None:
    assert treemap([Group("one", (leaf("one/a", 0),)), Group("none", ())], 100, 100).tiles == ()


def test_names_are_cut_to_what_fits_and_tiny_tiles_have_none() -> None:
    leaves = [leaf("org/a-name-that-is-far-too-long-for-its-tile", 1000), leaf("org/tiny", 1)]
    map_ = treemap([Group("org", tuple(leaves))], 150, 150)
    texts = {tile.leaf.name: tile.box.text for tile in map_.tiles}
    assert texts["org/tiny"] == ""
    assert texts[leaves[0].name].endswith("…")
    assert map_.tiles[0].title == f"{leaves[0].name}: {leaves[0].words}"
