"""Which commit is told to have touched a file, and its digest, of repos whose upstream tells neither."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.catalog.memory import forget_everything
from hub.catalog.models import RepoFile, Revision
from hub.catalog.shelves import Pin
from hub.catalog.traces import Note, Traces, note_of, seconds_of, traces_of
from hub.errors import RevisionMissing
from tests.catalog.published import publish_commit
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db

Counted = Callable[[int], Any]


@pytest.fixture
def repo() -> FakeRepo:
    repo = FakeRepo("acme/three", {"a.txt": "a\n", "b.txt": "b\n"})
    repo.commit({"b.txt": "b2\n"}, "Change b")
    repo.commit({"b.txt": "b\n", "c.txt": "c\n"}, "Change b back")
    return repo


def held(repo: FakeRepo, *back: int) -> list[Revision]:
    """The commits so many steps behind the head, published in this order."""
    return [publish_commit(repo, repo.head.history[steps]) for steps in back]


def traces(revision: Revision) -> Traces:
    return traces_of(revision.repo_id, Pin(revision.pk, revision.commit))


def test_the_first_commit_here_with_the_same_bytes_is_told(repo: FakeRepo) -> None:
    first, second, third = held(repo, 2, 1, 0)
    assert traces(second).commits == {"a.txt": first.commit, "b.txt": second.commit}
    assert traces(third).commits == {"a.txt": first.commit, "b.txt": first.commit, "c.txt": third.commit}


def test_what_was_told_stays_when_an_older_commit_comes_in_later(repo: FakeRepo) -> None:
    (third,) = held(repo, 0)
    before = traces(third).commits
    held(repo, 2)
    forget_everything()
    assert traces(third).commits == before == dict.fromkeys(["a.txt", "b.txt", "c.txt"], third.commit)


def test_a_revision_that_was_taken_away_still_counts_and_a_hidden_one_never_did(repo: FakeRepo) -> None:
    from django.utils import timezone

    first, second, third = held(repo, 2, 1, 0)
    Revision.objects.filter(pk=first.pk).update(published_at=None, retired_at=timezone.now())
    Revision.objects.filter(pk=second.pk).update(published_at=None)
    assert traces(third).commits["a.txt"] == first.commit
    Revision.objects.filter(pk=first.pk).update(retired_at=None)
    forget_everything()
    assert traces(third).commits["a.txt"] == third.commit


def test_what_upstream_tells_counts(repo: FakeRepo) -> None:
    first, third = held(repo, 2, 0)
    told = repo.head.history[1].oid
    RepoFile.objects.filter(revision=third, path="b.txt").update(last_commit=told)
    assert traces(third).commits == {"a.txt": first.commit, "b.txt": told, "c.txt": third.commit}
    assert traces(third).notes[told].title == "Change b"


def test_a_commit_that_nobody_describes_has_the_date_of_the_revision(repo: FakeRepo) -> None:
    (third,) = held(repo, 0)
    RepoFile.objects.filter(revision=third).update(last_commit="f" * 40)
    assert traces(third).notes["f" * 40] == Note(int(repo.head.date.timestamp()))


def test_digests_of_small_files_are_those_of_the_bytes_that_are_held(repo: FakeRepo) -> None:
    revision = publish_commit(repo, repo.head, left_out=["c.txt"])
    files = repo.head.files
    assert traces(revision).sha256 == {
        "a.txt": files["a.txt"].source.sha256,
        "b.txt": files["b.txt"].source.sha256,
        "c.txt": "",
    }


def test_few_questions_are_asked_and_the_answers_are_remembered(
    repo: FakeRepo, django_assert_max_num_queries: Counted, django_assert_num_queries: Counted
) -> None:
    *_, third = held(repo, 2, 1, 0)
    with django_assert_max_num_queries(5):
        traces(third)
    with django_assert_num_queries(0):
        traces(third)


def test_a_digest_that_is_not_known_is_looked_for_again(repo: FakeRepo) -> None:
    revision = publish_commit(repo, repo.head, left_out=["c.txt"])
    traces(revision)
    blob = revision.files.get(path="a.txt").blob
    revision.files.filter(path="c.txt").update(blob=blob)
    assert traces(revision).sha256["c.txt"] == repo.head.files["a.txt"].source.sha256


def test_a_revision_that_is_gone_is_a_missing_revision(repo: FakeRepo) -> None:
    (third,) = held(repo, 0)
    pin = Pin(third.pk, third.commit)
    repo_pk = third.repo_id
    Revision.objects.all().delete()
    with pytest.raises(RevisionMissing):
        traces_of(repo_pk, pin)


def test_dates_and_authors_of_either_hub_are_read() -> None:
    assert seconds_of("2024-01-31T10:20:30+00:00") == seconds_of("2024-01-31T10:20:30") == 1706696430
    assert seconds_of("yesterday") is None
    assert note_of({"id": "x", "authors": [{"user": "mia"}], "title": "T"}) == Note(0, "T", "mia")
    assert note_of({"id": "x", "authors": ["mia"], "date": None}) == Note(0, "", "mia")
