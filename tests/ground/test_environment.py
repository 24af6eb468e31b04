from pathlib import Path

import pytest

from hub.environment import Environment, SettingError


def test_an_empty_variable_counts_as_absent() -> None:
    assert Environment({"HUB_PORT": ""}).number("HUB_PORT", 8000) == 8000


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hush\n")
    assert Environment({"HUB_TOKEN_FILE": str(tmp_path / "token")}).text("HUB_TOKEN") == "hush"


def test_a_secret_file_that_cannot_be_read_is_told() -> None:
    with pytest.raises(SettingError, match="HUB_TOKEN_FILE points at /nowhere"):
        Environment({"HUB_TOKEN_FILE": "/nowhere"}).text("HUB_TOKEN")


@pytest.mark.parametrize(("text", "value"), [("on", True), ("TRUE", True), ("0", False), ("off", False), ("", True)])
def test_flags_take_the_usual_words(text: str, value: bool) -> None:
    assert Environment({"HUB_X": text}).flag("HUB_X", default=True) is value


@pytest.mark.parametrize("text", ["maybe", "2"])
def test_other_words_for_a_flag_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="write 'on' or 'off'"):
        Environment({"HUB_X": text}).flag("HUB_X", default=True)


@pytest.mark.parametrize("text", ["eight", "-1", "1.5"])
def test_a_number_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="HUB_N"):
        Environment({"HUB_N": text}).number("HUB_N", 1)


def test_a_slip_of_the_pen_in_a_name_is_found() -> None:
    env = Environment({"HUB_PROT": "1", "HUB_PORT": "1", "HUB_PORT_FILE": "", "HUB_TEST_X": "1", "PATH": "/"})
    env.number("HUB_PORT", 1)
    assert env.unknown() == ["HUB_PROT"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 7),
        ("0", 0),
        ("1500", 1500),
        ("500GB", 500 * 10**9),
        ("2TiB", 2 * 2**40),
        ("1.5 gb", 15 * 10**8),
    ],
)
def test_sizes_have_units_of_1000_and_of_1024(text: str, value: int) -> None:
    assert Environment({"HUB_SIZE": text}).size("HUB_SIZE", "7") == value


@pytest.mark.parametrize("text", ["20m", "a lot", "-1", "1e3", "5 light years"])
def test_a_size_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="500GB or 2TiB"):
        Environment({"HUB_SIZE": text}).size("HUB_SIZE")
