"""Search through the API."""

from typing import Any

import pytest
from django.test import Client

from hub.index.models import Entry
from tests import people
from tests.api.conftest import ROOT, refused
from tests.index.corpus import listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries() -> list[Entry]:
    found = [
        listed(
            people.upstream(),
            f"acme/tiny-{number}",
            task="feature-extraction" if number else "text-generation",
            licence="mit",
            languages=["zh"],
            downloads=number,
            held=number == 0,
        )
        for number in range(5)
    ]
    for entry in found:
        entry.save()
    return found


def test_what_is_found_comes_with_its_facts_and_the_way_on(client: Client, entries: list[Entry]) -> None:
    seen: list[str] = []
    address: str | None = f"{ROOT}/index/?kind=model&limit=2"
    while address:
        told: dict[str, Any] = client.get(address).json()
        seen += [row["name"] for row in told["results"]]
        address = told["next"]
    assert sorted(seen) == [f"huggingface:acme/tiny-{number}" for number in range(5)]
    assert told["total"] == 5


def test_conditions_narrow_and_facets_count(client: Client, entries: list[Entry]) -> None:
    told = client.get(f"{ROOT}/index/?task=feature-extraction&task=none&licence=mit&facets=true").json()
    assert {row["task"] for row in told["results"]} == {"feature-extraction"}
    counts = {facet["name"]: {one["value"]: one["count"] for one in facet["values"]} for facet in told["facets"]}
    assert counts["licence"] == {"mit": 4}
    assert client.get(f"{ROOT}/index/").json()["facets"] == []


def test_held_is_yes_no_or_both(client: Client, entries: list[Entry]) -> None:
    assert [
        len(client.get(f"{ROOT}/index/{query}").json()["results"]) for query in ("?held=true", "?held=false", "")
    ] == [
        1,
        4,
        5,
    ]


def test_one_entry_is_told_by_its_id(client: Client, entries: list[Entry]) -> None:
    told = client.get(f"{ROOT}/index/{entries[0].pk}/").json()
    assert (told["repo_id"], told["repo"], told["held"]) == ("acme/tiny-0", None, True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=vegetable", "kind.0"),
        ("sort=luck", "sort"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("held=perhaps", "held"),
        ("q=a%00b", "q"),
        ("size=huge", "size.0"),
    ],
)
def test_what_makes_no_sense_is_named_field_by_field(client: Client, query: str, field: str) -> None:
    told = refused(client.get(f"{ROOT}/index/?{query}"), 400, "BadInput")
    assert [one["field"] for one in told["errors"]] == [field]


@pytest.mark.parametrize("path", ["index/", "repos/", "requests/", "transfers/", "upstreams/"])
def test_a_cursor_that_no_answer_gave_is_refused(client: Client, path: str) -> None:
    refused(client.get(f"{ROOT}/{path}?cursor=not-a-cursor"), 400, "BadInput")


@pytest.mark.usefixtures("closed")
def test_a_stranger_searches_nothing_where_pulls_need_an_account(client: Client) -> None:
    refused(client.get(f"{ROOT}/index/?q=tiny"), 401, "TokenNeeded")
