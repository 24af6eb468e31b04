"""The same id held from both hubs, and the two names of the default branch."""

import pytest

from hub.catalog.lookup import find_repo, find_revision
from hub.catalog.models import Repo
from hub.catalog.shelves import pin_of, shelf_of
from hub.errors import RevisionMissing
from tests.catalog.conftest import MODEL, repo_id
from tests.catalog.published import publish
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db

TINY = repo_id("acme/tiny")


@pytest.fixture
def both(held_tiny: Repo, tiny: FakeRepo) -> tuple[Repo, Repo]:
    return held_tiny, publish(tiny, family="modelscope")


@pytest.mark.parametrize(("family", "place"), [("huggingface", 0), ("modelscope", 1), ("", 0)])
def test_each_dialect_prefers_its_own_hub(both: tuple[Repo, Repo], family: str, place: int) -> None:
    assert find_repo(MODEL, TINY, family) == both[place]
    assert shelf_of(MODEL, TINY, family).repo_pk == both[place].pk


def test_a_repo_of_the_other_hub_will_do(held_tiny: Repo) -> None:
    assert find_repo(MODEL, TINY, "modelscope") == held_tiny
    assert shelf_of(MODEL, TINY, "modelscope").repo_pk == held_tiny.pk


@pytest.mark.parametrize("name", ["main", "master", "", "refs/heads/master"])
def test_the_default_branch_of_modelscope_answers_to_main(tiny: FakeRepo, name: str) -> None:
    held = publish(tiny, only=["main"], family="modelscope")
    assert find_revision(held, name).commit == tiny.head.oid
    assert pin_of(shelf_of(MODEL, TINY), name).commit == tiny.head.oid


@pytest.mark.parametrize("name", ["main", "master"])
def test_the_default_branch_of_hugging_face_answers_to_master(held_tiny: Repo, tiny: FakeRepo, name: str) -> None:
    assert find_revision(held_tiny, name).commit == tiny.head.oid
    assert pin_of(shelf_of(MODEL, TINY, "modelscope"), name).commit == tiny.head.oid


def test_a_real_branch_called_master_stays_itself(tiny: FakeRepo) -> None:
    first = tiny.head
    tiny.branch("master")
    tiny.commit({"new.txt": "new"}, "later")
    held = publish(tiny, only=["main", "master"])
    assert find_revision(held, "master").commit == first.oid
    assert pin_of(shelf_of(MODEL, TINY), "master").commit == first.oid


def test_where_the_default_branch_has_a_third_name_nothing_is_guessed(held_tiny: Repo) -> None:
    Repo.objects.update(default_ref="trunk")
    held_tiny.refs.filter(name="main").delete()
    held_tiny.refresh_from_db()
    for name in ("main", "master"):
        with pytest.raises(RevisionMissing):
            find_revision(held_tiny, name)
