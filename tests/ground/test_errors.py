import re
from collections.abc import Iterator

from hub import errors
from hub.errors import HubError, RepoMissing


def family(of: type[HubError] = HubError) -> Iterator[type[HubError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from family(kind)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in family() if kind.__module__ == "hub.errors"]
    assert len(codes) == len(set(codes))


def test_an_error_of_one_room_has_a_code_that_the_guide_explains() -> None:
    known = {kind.code for kind in family() if kind.__module__ == "hub.errors"}
    for kind in family():
        assert kind.code in known or "code" in vars(kind), kind


def test_the_drawing_of_the_tree_names_every_error() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    assert drawn == {kind.__name__ for kind in family() if kind.__module__ == "hub.errors"}


def test_words_are_a_sentence_and_a_next_step() -> None:
    assert RepoMissing("it is not here", "look elsewhere").words == "It is not here. Look elsewhere."
    assert RepoMissing("It is not here!").words == "It is not here!"
    assert RepoMissing("gone", "see http://hub/x").words == "Gone. See http://hub/x"
