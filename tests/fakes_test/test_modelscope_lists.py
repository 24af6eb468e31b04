"""The lists of the fake ModelScope: of one owner, of the website, and those of /openapi/v1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import FakeModelScope, FakeRepo, User, world

from .asking import Answer, ask


def put(scope: FakeModelScope, address: str, user: User | None = None, **asked: Any) -> Answer:
    return ask(f"{scope.url}/api/v1/{address}", "PUT", user=user, body=json.dumps(asked).encode())


def listed(scope: FakeModelScope, query: str = "", kind: str = "models", user: User | None = None) -> Any:
    return ask(f"{scope.url}/openapi/v1/{kind}?page_size=50&{query}", user=user).json["data"]


def ids(scope: FakeModelScope, query: str = "", kind: str = "models", user: User | None = None) -> set[str]:
    return {row["id"] for row in listed(scope, query, kind, user)[kind]}


@pytest.mark.parametrize("address", ["models/", "models"])
def test_an_owner_has_a_list_with_pages(scope: FakeModelScope, address: str) -> None:
    data = put(scope, address, Path="acme", PageNumber=1, PageSize=10).json["Data"]
    names = {model["Name"] for model in data["Models"]}
    assert names == {"tiny", "awkward-names", "no-licence", "many-files"}
    assert data["TotalCount"] == 4
    second = put(scope, address, Path="acme", PageNumber=2, PageSize=3).json["Data"]
    assert (len(second["Models"]), second["TotalCount"]) == (1, 4)


def test_a_private_model_is_listed_for_those_who_may_read_it(scope: FakeModelScope, scope_member: User) -> None:
    assert world.PRIVATE not in ids(scope)
    assert world.PRIVATE in ids(scope, user=scope_member)
    assert put(scope, "models/", scope_member, Path="acme").json["Data"]["TotalCount"] == 5


def test_the_website_searches_by_owner_and_name_in_one_word(scope: FakeModelScope) -> None:
    data = put(scope, "dolphin/models", Name="acme/ti", PageNumber=1, PageSize=10).json["Data"]["Model"]
    assert [(model["Path"], model["Name"]) for model in data["Models"]] == [("acme", "tiny")]
    assert data["TotalCount"] == 1


def test_the_website_cuts_a_page_to_a_hundred_without_a_word(scope: FakeModelScope) -> None:
    for number in range(105):
        scope.add(FakeRepo(f"mass/model-{number:03d}", {"a.txt": "a"}))
    data = put(scope, "dolphin/models", Name="mass/", PageNumber=1, PageSize=500).json["Data"]["Model"]
    assert (len(data["Models"]), data["TotalCount"]) == (100, 105)


def test_the_website_sorts_and_filters_by_task(scope: FakeModelScope) -> None:
    task = [{"category": "tasks", "predicate": "contains", "values": ["text-generation"]}]
    asked = {"SortBy": "DownloadsCount", "Criterion": task, "PageNumber": 1, "PageSize": 10}
    models = put(scope, "dolphin/models", **asked).json["Data"]["Model"]["Models"]
    assert [f"{model['Path']}/{model['Name']}" for model in models] == [world.CLASSIC, world.GATED, world.TINY]


def test_a_list_is_not_there_to_be_read_with_get(scope: FakeModelScope) -> None:
    assert ask(f"{scope.url}/api/v1/models?Name=tiny").status == 404


def test_the_open_list_is_searched_by_words_and_owner(scope: FakeModelScope) -> None:
    assert ids(scope, "search=TINY") == {world.TINY}
    assert ids(scope, "owner=meteor") == {world.GATED}
    assert ids(scope, "author=acme", kind="datasets") == {world.DATASET}
    assert ids(scope, "filter.task=text-generation&filter.license=mit&owner=acme") == {world.TINY}


def test_the_open_list_tells_how_many_there_are_and_what_is_gated(scope: FakeModelScope) -> None:
    data = listed(scope, "sort=downloads")
    assert data["total_count"] == len(data["models"]) == 7
    assert [row["id"] for row in data["models"][:2]] == [world.CLASSIC, world.GATED]
    assert {row["id"] for row in data["models"] if row["gated"]} == {world.GATED}


def test_the_open_list_ends_at_its_window(scope: FakeModelScope) -> None:
    answer = ask(f"{scope.url}/openapi/v1/models?page_number=61&page_size=50")
    assert (answer.status, answer.json["success"], answer.json["code"]) == (400, False, "InputParameterError")


def test_one_repo_is_read_from_the_open_interface(scope: FakeModelScope, scope_member: User) -> None:
    data = ask(f"{scope.url}/openapi/v1/datasets/{world.DATASET}").json["data"]
    assert (data["id"], data["license"], data["private"]) == (world.DATASET, "cc-by-4.0", False)
    secret = f"{scope.url}/openapi/v1/models/{world.PRIVATE}"
    assert [ask(secret, user=user).status for user in (None, scope_member)] == [404, 200]
