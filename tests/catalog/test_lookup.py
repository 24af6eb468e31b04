import pytest

from hub.catalog.lookup import find_repo, find_revision
from hub.catalog.models import Repo, Revision
from hub.errors import RepoMissing, RevisionMissing
from tests.catalog.conftest import MODEL, repo_id
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world

pytestmark = pytest.mark.django_db


def test_a_repo_is_found_in_any_letter_case_and_by_its_old_name() -> None:
    publish(world.renamed())
    assert str(find_repo(MODEL, repo_id("NewHouse/MOVED")).repo_id) == "newhouse/moved"
    assert str(find_repo(MODEL, repo_id("OldHouse/Moved")).repo_id) == "newhouse/moved"


def test_a_repo_that_is_only_planned_is_not_found(held_tiny: Repo) -> None:
    Repo.objects.update(held=False)
    with pytest.raises(RepoMissing):
        find_repo(MODEL, repo_id("acme/tiny"))


@pytest.mark.parametrize("name", ["main", "", "HEAD", "refs/heads/main"])
def test_the_default_branch_goes_by_many_names(held_tiny: Repo, tiny: FakeRepo, name: str) -> None:
    assert find_revision(held_tiny, name).commit == tiny.head.oid


@pytest.mark.parametrize("name", ["v1.0", "refs/tags/v1.0"])
def test_a_tag_is_found_by_its_short_and_its_full_name(held_tiny: Repo, tiny: FakeRepo, name: str) -> None:
    assert find_revision(held_tiny, name).commit == tiny.tags["v1.0"].oid


def test_commits_are_found_whole_or_by_their_first_digits(held_tiny: Repo, tiny: FakeRepo) -> None:
    assert find_revision(held_tiny, tiny.head.oid).commit == tiny.head.oid
    assert find_revision(held_tiny, tiny.head.oid[:8]).commit == tiny.head.oid


def test_a_convert_is_found_by_its_full_name_only(db: None) -> None:
    poems = world.dataset()
    repo = publish(poems)
    assert find_revision(repo, "refs/convert/parquet").commit == poems.converts["parquet"].oid
    with pytest.raises(RevisionMissing):
        find_revision(repo, "parquet")


def test_a_revision_that_is_not_published_is_not_found(held_tiny: Repo, tiny: FakeRepo) -> None:
    Revision.objects.update(published_at=None)
    for name in ("main", tiny.head.oid, tiny.head.oid[:8]):
        with pytest.raises(RevisionMissing):
            find_revision(held_tiny, name)
