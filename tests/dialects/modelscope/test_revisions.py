from typing import Any

import pytest

from hub.catalog.models import Ref, Repo, Revision
from tests.catalog.published import publish
from tests.dialects.conftest import Ask
from tests.dialects.modelscope.conftest import FILES, MODEL, by_path
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db


def told(ask: Ask, target: str = f"{MODEL}/revisions?EndTime=1700000000") -> tuple[Any, Any]:
    named = ask(target).json()["Data"]["RevisionMap"]
    return named["Branches"], named["Tags"]


def test_master_is_always_there_and_is_the_default_branch(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    branches, _ = told(ask)
    assert [one["Revision"] for one in branches] == ["master", "dev/x", "main"]
    assert branches[0] == {
        "Revision": "master",
        "CommitId": tiny.head.oid,
        "CreatedAt": int(tiny.head.date.timestamp()),
    }


def test_a_repo_of_modelscope_has_its_own_master_once(ask: Ask, from_modelscope: Repo) -> None:
    branches, _ = told(ask)
    assert sorted(one["Revision"] for one in branches) == ["dev/x", "master"]


def test_the_newest_tag_comes_first(ask: Ask, db: None, tiny: FakeRepo) -> None:
    tiny.tag("a-newer-one")
    publish(tiny)
    _, tags = told(ask)
    assert [one["Revision"] for one in tags] == ["a-newer-one", "v1.0"]
    assert tags[0]["CreatedAt"] > tags[1]["CreatedAt"]


def test_no_tags_are_an_empty_list(ask: Ask, db: None, tiny: FakeRepo) -> None:
    publish(tiny, only=["main"])
    assert told(ask)[1] == []


def test_what_has_no_date_was_made_when_it_was_published(ask: Ask, held_tiny: Repo) -> None:
    Revision.objects.update(history=[])
    published = Ref.objects.get(name="v1.0").revision.published_at
    assert published is not None
    assert told(ask)[1][0]["CreatedAt"] == int(published.timestamp())


def test_a_tag_alone_is_listed_and_master_with_it(ask: Ask, db: None, tiny: FakeRepo) -> None:
    publish(tiny, only=["v1.0"])
    branches, tags = told(ask)
    assert [(one["Revision"], one["CommitId"]) for one in branches] == [("master", "")]
    assert [one["CommitId"] for one in tags] == [tiny.tags["v1.0"].oid]


@pytest.mark.parametrize("revision", ["v1.0", "master", "main", "{commit}"])
def test_listings_at_every_kind_of_revision(ask: Ask, held_tiny: Repo, tiny: FakeRepo, revision: str) -> None:
    commit = tiny.tags["v1.0"] if revision == "v1.0" else tiny.head
    answer = ask(f"{MODEL}/repo/files?Revision={revision.format(commit=commit.oid)}&Recursive=True")
    assert {path for path, one in by_path(answer).items() if one["Type"] == "blob"} == set(commit.files)


def test_commits_are_those_of_upstream_and_paged(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    answer = ask(f"{MODEL}/commits?Ref=master&PageNumber=2&PageSize=1").json()
    (commit,) = answer["Data"]["Commit"]
    first = tiny.tags["v1.0"]
    assert (commit["Id"], commit["CommittedDate"]) == (first.oid, int(first.date.timestamp()))
    assert (answer["TotalCount"], answer["PageNumber"], answer["PageSize"]) == (2, 2, 1)
    (newest,) = ask(f"{MODEL}/commits?Ref=master&PageSize=1").json()["Data"]["Commit"]
    assert newest["Message"].startswith("Add notes\n")


def test_ids_are_found_whatever_their_case(ask: Ask, held_tiny: Repo) -> None:
    assert ask(FILES.replace("acme/tiny", "Acme/TINY")).status_code == 200
