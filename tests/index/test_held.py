"""Held repos have entries of their own, and lists find them by what the repos tell."""

import pytest

from hub.catalog.models import Repo
from hub.catalog.pulls import count, flush
from hub.catalog.renaming import rename_repo
from hub.index.held import note_all_held, note_held, note_pulled
from hub.index.models import Entry
from hub.index.query import Query, Sort
from hub.index.search import search
from hub.names import RepoId, RepoKind
from tests.catalog.published import publish
from tests.fakes import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world_held(db: None) -> None:
    for make in (world.tiny, world.awkward, world.dataset, world.classic, world.renamed):
        publish(make())


def keys(query: Query, limit: int = 100) -> list[str]:
    return [entry.key for entry in search(query, limit).entries]


def test_kinds_do_not_mix() -> None:
    assert keys(Query(kinds=[RepoKind.DATASET])) == ["acme/poems"]
    assert "acme/poems" not in keys(Query(kinds=[RepoKind.MODEL]))


def test_tags_are_anded_in_any_letter_case() -> None:
    assert keys(Query(tags=["license:MIT", "transformers"])) == ["acme/tiny"]


def test_authors_tasks_and_parameters_narrow() -> None:
    assert set(keys(Query(authors=["ACME"]))) == {"acme/awkward-names", "acme/tiny", "acme/poems"}
    assert keys(Query(tasks=["text-generation"], authors=["acme"])) == ["acme/tiny"]
    assert keys(Query(parameters=(10_000, 20_000))) == ["acme/tiny"]
    assert keys(Query(parameters=(20_000, 30_000))) == []


def test_what_is_held_is_known_with_its_size_and_commit() -> None:
    entry = Entry.objects.get(key="acme/tiny")
    assert entry.repo == Repo.objects.get(key="acme/tiny")
    assert entry.bytes > 0
    assert entry.commit == world.tiny().branches["main"].oid
    assert keys(Query("tiny", held=True)) == ["acme/tiny"]
    assert keys(Query("tiny", held=False)) == []


def test_what_was_pulled_here_of_late_trends() -> None:
    moved = Repo.objects.get(key="newhouse/moved")
    count(moved.pk, "somebody", "c" * 40, files=1, size=10)
    flush()
    note_pulled()
    (entry,) = search(Query(sort=Sort.TRENDING), 1).entries
    assert (entry.key, entry.shown_trending) == ("newhouse/moved", 1)


def test_what_is_let_go_and_was_never_listed_is_gone() -> None:
    repo = Repo.objects.get(key="acme/tiny")
    Repo.objects.filter(pk=repo.pk).update(held=False)
    note_held(repo)
    assert not Entry.objects.filter(key="acme/tiny").exists()


def test_what_is_let_go_and_is_listed_stays_and_can_be_asked_for() -> None:
    repo = Repo.objects.get(key="acme/tiny")
    Entry.objects.filter(repo=repo).update(seen_at="2026-05-01T00:00Z")
    Repo.objects.filter(pk=repo.pk).update(held=False)
    note_held(repo)
    entry = Entry.objects.get(key="acme/tiny")
    assert (entry.held, entry.repo) == (False, None)
    assert keys(Query("tiny", held=False)) == ["acme/tiny"]


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    kept = rename_repo(Repo.objects.get(key="acme/tiny"), RepoId("acme", "grown"))
    note_held(kept)
    assert keys(Query(authors=["acme"], kinds=[RepoKind.MODEL])) == ["acme/grown", "acme/awkward-names"]


def test_two_names_that_become_one_leave_one_entry() -> None:
    kept = rename_repo(Repo.objects.get(key="acme/tiny"), RepoId("newhouse", "moved"))
    note_held(kept)
    assert list(Entry.objects.filter(held=True, kind="model", key="newhouse/moved").values_list("repo")) == [(kept.pk,)]
    assert not Entry.objects.filter(key="acme/tiny").exists()


def test_what_was_held_before_there_was_an_index_is_noted_once() -> None:
    Entry.objects.all().delete()
    assert note_all_held(only_new=True) == 5
    assert note_all_held(only_new=True) == 0
    assert "acme/tiny" in keys(Query("tiny"))


def test_upstream_lost_it_but_it_is_held_and_found() -> None:
    repo = Repo.objects.get(key="acme/tiny")
    Repo.objects.filter(pk=repo.pk).update(missing_upstream_since="2026-05-01T00:00Z")
    note_held(repo)
    assert Entry.objects.get(key="acme/tiny").vanished_at is not None
    assert keys(Query("tiny")) == ["acme/tiny"]


def test_a_held_repo_takes_the_entry_that_a_listing_made() -> None:
    repo = Repo.objects.get(key="acme/tiny")
    Entry.objects.filter(repo=repo).update(repo=None, held=False, downloads=5_000_000, summary="told by the listing")
    note_held(repo)
    entry = Entry.objects.get(key="acme/tiny")
    assert (entry.repo, entry.downloads, entry.summary) == (repo, 5_000_000, "told by the listing")
