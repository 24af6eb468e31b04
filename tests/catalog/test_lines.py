import pytest

from hub.catalog.lines import MOST_SHOWN, changed_lines, comparable, find_comparable
from hub.catalog.models import Repo, Revision
from hub.catalog.previews.reading import Unreadable
from hub.errors import RevisionMissing
from tests.catalog.published import publish
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db


def two(before: str, after: str) -> tuple[Repo, Revision, Revision]:
    repo = FakeRepo("acme/texts", {"a.txt": before, "same.txt": "x"})
    repo.tag("v1")
    repo.commit({"a.txt": after})
    row = publish(repo)
    return row, row.refs.get(name="v1").revision, row.refs.get(name="main").revision


def test_lines_are_told_with_what_stands_around_them() -> None:
    _, before, after = two("1\n2\n3\n", "1\n2b\n3\n")
    found = changed_lines(before, after, "a.txt")
    assert [(line.sort, line.text) for line in found[1:]] == [("same", "1"), ("del", "2"), ("add", "2b"), ("same", "3")]
    assert found[0].sort == "place"


def test_a_file_that_is_the_same_or_nowhere_has_no_changed_lines() -> None:
    _, before, after = two("1", "2")
    assert changed_lines(before, after, "same.txt") == []
    assert changed_lines(before, after, "nowhere") == []


def test_a_long_difference_is_cut() -> None:
    _, before, after = two("a\n" * 3000, "b\n" * 3000)
    found = changed_lines(before, after, "a.txt")
    assert (len(found), found[-1].sort) == (MOST_SHOWN + 1, "rest")


def test_bytes_that_are_no_text_are_not_compared() -> None:
    _, before, after = two("\x00", "text")
    with pytest.raises(Unreadable):
        changed_lines(before, after, "a.txt")


def test_only_what_readers_could_see_may_be_compared() -> None:
    row, before, after = two("1", "2")
    hidden = Revision.objects.create(repo=row, commit="d" * 40)
    assert set(comparable(row)) == {before, after}
    with pytest.raises(RevisionMissing):
        find_comparable(row, hidden.commit)
