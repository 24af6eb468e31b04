import pytest

from hub.dialects.ranges import Window, is_unchanged, range_still_holds, window_of


@pytest.mark.parametrize(
    ("header", "window"),
    [
        ("bytes=0-9", Window(0, 10, True)),
        ("bytes=90-", Window(90, 10, True)),
        ("bytes=-10", Window(90, 10, True)),
        ("bytes=-500", Window(0, 100, True)),
        ("bytes=95-500", Window(95, 5, True)),
        ("bytes=90-100", Window(90, 10, True)),
        ("Bytes = 1 - 2", Window(1, 2, True)),
    ],
)
def test_one_range_is_honoured_and_cut_to_the_file(header: str, window: Window) -> None:
    assert window_of(header, 100) == window


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "bytes=0-1,5-6", "items=0-1", "bytes=9-3", "bytes=x-y"])
def test_what_is_not_one_range_gives_the_whole_file(header: str) -> None:
    assert window_of(header, 100) == Window(0, 100, False)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    assert window_of(header, 100) is None


def test_an_empty_file_has_no_range_but_is_whole() -> None:
    assert window_of("bytes=0-", 0) is None
    assert window_of("", 0) == Window(0, 0, False)


def test_etags_are_compared_with_and_without_w() -> None:
    assert is_unchanged('"x", W/"abc"', "abc")
    assert is_unchanged("*", "abc")
    assert not is_unchanged('"abd"', "abc")


def test_if_range_compares_strongly() -> None:
    assert range_still_holds("", "abc")
    assert range_still_holds('"abc"', "abc")
    assert not range_still_holds('W/"abc"', "abc")
    assert not range_still_holds("Tue, 24 Nov 2026 14:00:00 GMT", "abc")
