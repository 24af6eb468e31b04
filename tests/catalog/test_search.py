import pytest

from hub.catalog.models import Repo
from hub.catalog.pulls import count, flush
from hub.catalog.search import Search, Sort, head_pins, search
from hub.names import RepoKind
from tests.catalog.conftest import MODEL
from tests.catalog.published import publish
from tests.fakes import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world_held(db: None) -> None:
    for make in (world.tiny, world.awkward, world.dataset, world.classic, world.renamed):
        publish(make())


def keys(wish: Search, limit: int = 100) -> list[str]:
    return [hit.key for hit in search(wish, limit).hits]


def test_kinds_do_not_mix() -> None:
    assert keys(Search(RepoKind.DATASET)) == ["acme/poems"]
    assert "acme/poems" not in keys(Search(MODEL))


def test_every_word_must_be_in_the_id() -> None:
    assert keys(Search(MODEL, words=["TINY acme"])) == ["acme/tiny"]
    assert keys(Search(MODEL, words=["tiny", "nobody"])) == []


def test_tags_are_anded_in_any_letter_case() -> None:
    assert keys(Search(MODEL, tags=["license:MIT", "transformers"])) == ["acme/tiny"]


def test_authors_and_pipeline_tags_narrow() -> None:
    assert keys(Search(MODEL, authors=["ACME"])) == ["acme/awkward-names", "acme/tiny"]
    assert keys(Search(MODEL, pipeline_tag="text-generation", authors=["acme"])) == ["acme/tiny"]


def test_the_number_of_parameters_is_upstreams() -> None:
    assert keys(Search(MODEL, parameters=(10_000, 20_000))) == ["acme/tiny"]


def test_sorts_and_ties() -> None:
    assert keys(Search(MODEL, sort=Sort.LIKES))[:2] == ["acme/tiny", "acme/awkward-names"]
    assert keys(Search(MODEL, sort=Sort.LIKES, ascending=True))[-1] == "acme/tiny"


def test_trending_counts_recent_pulls_of_this_hub() -> None:
    moved = Repo.objects.get(key="newhouse/moved")
    count(moved.pk, "somebody", "c" * 40, files=1, size=10)
    flush()
    page = search(Search(MODEL), 1)
    assert [hit.key for hit in page.hits] == ["newhouse/moved"]
    assert page.trending == {moved.pk: 1}


def test_pages_follow_each_other_without_holes_when_a_repo_goes() -> None:
    first = search(Search(MODEL, sort=Sort.DOWNLOADS), 2)
    Repo.objects.filter(pk=first.hits[0].pk).update(held=False)
    second = search(Search(MODEL, sort=Sort.DOWNLOADS), 2, first.after)
    assert second.after is None
    assert [hit.key for hit in (*first.hits, *second.hits)] == [
        "acme/awkward-names",
        "acme/tiny",
        "classic-community/gpt-old",
        "newhouse/moved",
    ]


def test_a_repo_without_its_default_branch_is_shown_at_its_newest_revision() -> None:
    tiny = world.tiny()
    tiny.id = "acme/tagged"
    repo = publish(tiny, only=["v1.0"])
    assert head_pins([repo.pk])[repo.pk].commit == tiny.tags["v1.0"].oid
