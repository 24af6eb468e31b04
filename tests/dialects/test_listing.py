from typing import Any

import pytest

from tests.catalog.published import an_upstream, publish
from tests.dialects.conftest import Ask
from tests.fakes import world
from tests.index.corpus import listed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world_held(db: None) -> None:
    for make in (world.tiny, world.awkward, world.dataset, world.gated):
        publish(make())


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer.json()]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=tiny", ["acme/tiny"]),
        ("author=acme&sort=likes&direction=-1", ["acme/tiny", "acme/awkward-names"]),
        ("filter=license:mit&filter=text-generation", ["acme/tiny"]),
        ("filter=license:mit,transformers", ["acme/tiny"]),
        ("pipeline_tag=text-generation&sort=downloads", ["meteor/llama-like-8b", "acme/tiny"]),
        ("gated=true", []),
        ("inference=warm", []),
        ("num_parameters=min:10K,max:20K", ["acme/tiny"]),
        ("search=tiny&emissions_thresholds=1&nonsense=2", ["acme/tiny"]),
    ],
)
def test_filters(ask: Ask, query: str, found: list[str]) -> None:
    assert ids(ask(f"/api/models?{query}")) == found


def test_kinds_have_their_own_lists(ask: Ask) -> None:
    assert ids(ask("/api/datasets")) == ["acme/poems"]
    assert ids(ask("/api/spaces")) == []


def test_pages_follow_the_link(ask: Ask) -> None:
    first = ask("/api/models?limit=2&sort=downloads")
    link = first["Link"]
    assert link.startswith("<http://testserver/api/models?limit=2&sort=downloads&cursor=")
    second = ask(link[1:].partition(">")[0].removeprefix("http://testserver"))
    assert ids(first) + ids(second) == ["meteor/llama-like-8b", "acme/tiny", "acme/awkward-names"]
    assert "Link" not in second
    assert ids(ask("/api/models?limit=2&sort=downloads&cursor=bm9uc2Vuc2U")) == ids(first)


def test_full_and_expand(ask: Ask) -> None:
    (told,) = ask("/api/models?search=tiny&full=True&cardData=true").json()
    assert {"sha", "siblings", "lastModified", "author", "gated", "cardData"} <= set(told)
    (told,) = ask("/api/models?search=tiny&expand[]=sha&sort=likes").json()
    assert set(told) == {"_id", "id", "sha"}


def test_tags_by_type(ask: Ask) -> None:
    told = ask("/api/models-tags-by-type").json()
    assert {"id": "license:mit", "label": "mit", "type": "license"} in told["license"]
    assert [one["id"] for one in told["pipeline_tag"]] == ["text-generation"]
    assert list(ask("/api/models-tags-by-type?type=library").json()) == ["library"]
    assert "task_categories" in ask("/api/datasets-tags-by-type").json()


def test_what_is_not_held_is_listed_with_what_is_known_of_it(ask: Ask, settings: Any) -> None:
    listed(an_upstream(), "far/away", task="fill-mask", downloads=7, gated="manual", commit="c" * 40).save()
    (told,) = ask("/api/models?search=away&full=true").json()
    assert (told["id"], told["gated"], told["downloads"], told["sha"]) == ("far/away", "manual", 7, "c" * 40)
    assert "siblings" not in told
    assert "lastModified" not in told
    assert ids(ask("/api/models?gated=true")) == ["far/away"]
    settings.LISTING = "held"
    assert ids(ask("/api/models?search=away")) == []
    assert ids(ask("/api/models?gated=true")) == []


def test_misspelt_words_find_nothing_here(ask: Ask) -> None:
    assert ids(ask("/api/models?search=tyni")) == []
