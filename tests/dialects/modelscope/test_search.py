import json
from typing import Any

import pytest

from hub.catalog.models import Repo
from hub.index.held import note_held
from tests.catalog.published import publish
from tests.dialects.conftest import Ask
from tests.fakes import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world_held(db: None) -> None:
    for make in (world.tiny, world.awkward, world.dataset, world.gated):
        publish(make())


def put(ask: Ask, target: str, **body: Any) -> Any:
    return ask(target, "PUT", json.dumps(body).encode(), "application/json").json()["Data"]


@pytest.mark.parametrize(
    ("query", "found", "total"),
    [
        ("search=tiny", ["acme/tiny"], 1),
        ("owner=ACME&sort=likes", ["acme/tiny", "acme/awkward-names"], 2),
        ("author=acme&sort=likes&page_number=2&page_size=1", ["acme/awkward-names"], 2),
        ("filter.task=text-generation&sort=default", ["meteor/llama-like-8b", "acme/tiny"], 2),
        ("filter.library=transformers&filter.license=mit", ["acme/tiny"], 1),
        ("owner=nobody", [], 0),
        ("page_number=9", [], 3),
    ],
)
def test_openapi_lists_what_is_held(ask: Ask, query: str, found: list[str], total: int) -> None:
    told = ask(f"/openapi/v1/models?{query}").json()
    assert told["success"] is True
    assert [one["id"] for one in told["data"]["models"]] == found
    assert told["data"]["total_count"] == total


def test_downloads_decide_the_order_where_they_are_asked_for(ask: Ask) -> None:
    Repo.objects.filter(name="awkward-names").update(pulls=500_000_000)
    note_held(Repo.objects.get(name="awkward-names"))
    told = ask("/openapi/v1/models?sort=downloads&page_size=1").json()["data"]
    assert (told["models"][0]["id"], told["page_size"]) == ("acme/awkward-names", 1)


def test_datasets_have_lists_of_their_own(ask: Ask) -> None:
    assert [one["id"] for one in ask("/openapi/v1/datasets").json()["data"]["datasets"]] == ["acme/poems"]
    told = ask("/api/v1/datasets?owner=acme&PageNumber=1&PageSize=50").json()
    assert ([one["Name"] for one in told["Data"]], told["TotalCount"], told["PageSize"]) == (["poems"], 1, 50)


@pytest.mark.parametrize("target", ["/api/v1/models/", "/api/v1/models"])
def test_old_clients_list_an_owner_with_put(ask: Ask, target: str) -> None:
    told = put(ask, target, Path="acme", PageNumber=1, PageSize=10)
    assert ({one["Name"] for one in told["Models"]}, told["TotalCount"]) == ({"tiny", "awkward-names"}, 2)
    assert put(ask, target, Path="acme", PageNumber=2, PageSize=10)["Models"] == []


def test_the_search_of_the_website(ask: Ask) -> None:
    told = put(ask, "/api/v1/dolphin/models", Name="acme/ti", PageNumber=1, PageSize=10, SortBy="Default", Target="")
    (model,) = told["Model"]["Models"]
    assert (model["Path"], model["Name"], told["Model"]["TotalCount"]) == ("acme", "tiny", 1)
    tasks = [{"category": "tasks", "predicate": "contains", "values": ["text-generation"], "sub_values": []}]
    told = put(ask, "/api/v1/dolphin/models", Name="", Criterion=tasks, SortBy="StarsCount")
    assert [one["Name"] for one in told["Model"]["Models"]] == ["llama-like-8b", "tiny"]


@pytest.mark.parametrize("body", [b"[", b"[]", b'"x"'])
def test_a_body_that_is_no_object_is_told_so(ask: Ask, body: bytes) -> None:
    assert ask("/api/v1/models", "PUT", body, "application/json").status_code == 400
