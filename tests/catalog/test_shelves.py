import pytest
from pytest_django import DjangoAssertNumQueries

from hub.catalog.memory import Memory
from hub.catalog.models import Repo, RepoFile
from hub.catalog.publishing import move_ref
from hub.catalog.shelves import file_of, forget_shelf, pin_of, shelf_of
from hub.errors import FileMissing, RevisionMissing
from tests.catalog.conftest import MODEL, repo_id
from tests.catalog.published import publish, publish_commit
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db


def test_warm_lookups_ask_the_database_nothing(
    held_tiny: Repo, tiny: FakeRepo, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for revision in ("main", tiny.head.oid):
        file_of(pin_of(shelf_of(MODEL, repo_id("acme/tiny")), revision), "config.json")
    with django_assert_num_queries(0):
        for revision in ("main", tiny.head.oid):
            file_of(pin_of(shelf_of(MODEL, repo_id("acme/tiny")), revision), "config.json")


def test_a_revision_that_appears_is_found_at_once(db: None, tiny: FakeRepo) -> None:
    publish(tiny, only=["main"])
    shelf = shelf_of(MODEL, repo_id("acme/tiny"))
    with pytest.raises(RevisionMissing):
        pin_of(shelf, "v1.0")
    move_ref(publish_commit(tiny, tiny.tags["v1.0"]), "tag", "v1.0")
    assert pin_of(shelf, "v1.0").commit == tiny.tags["v1.0"].oid


def test_bytes_that_arrive_later_are_found_at_once(db: None, tiny: FakeRepo) -> None:
    publish(tiny, only=["main"], left_out=["config.json"])
    pin = pin_of(shelf_of(MODEL, repo_id("acme/tiny")), "main")
    assert file_of(pin, "config.json").blob == ""
    publish(tiny, only=["main"])
    assert file_of(pin, "config.json").blob == tiny.head.files["config.json"].source.sha256


def test_a_path_outside_the_tree_is_missing(held_tiny: Repo, tiny: FakeRepo) -> None:
    with pytest.raises(FileMissing) as caught:
        file_of(pin_of(shelf_of(MODEL, repo_id("acme/tiny")), "main"), "nothing")
    assert caught.value.commit == tiny.head.oid


def test_a_shelf_is_forgotten_on_demand(db: None, tiny: FakeRepo) -> None:
    publish(tiny, only=["main"])
    assert "v1.0" not in shelf_of(MODEL, repo_id("acme/tiny")).names
    publish(tiny)
    forget_shelf(MODEL, repo_id("ACME/tiny"))
    assert "v1.0" in shelf_of(MODEL, repo_id("acme/tiny")).names


def test_the_fixture_keeps_the_bytes_that_the_tree_promises(held_tiny: Repo, tiny: FakeRepo) -> None:
    row = RepoFile.objects.select_related("blob").filter(path="model.safetensors").first()
    assert row is not None
    assert row.blob is not None
    assert row.blob.sha256 == row.sha256 == tiny.head.files["model.safetensors"].source.sha256


def test_a_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    memory: Memory[int, str] = Memory(2)
    memory.put(1, "one")
    memory.put(2, "two")
    memory.get(1)
    memory.put(3, "three")
    assert (memory.get(1), memory.get(2), memory.get(3)) == ("one", None, "three")


def test_a_memory_forgets_in_time() -> None:
    memory: Memory[int, str] = Memory(2, seconds=-1)
    memory.put(1, "one")
    assert memory.get(1) is None
