"""The page of a repo that is listed and not held."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.index.models import Entry
from hub.policy.quick_start import seed_rules
from tests import people
from tests.web import shown_repo

pytestmark = pytest.mark.django_db

ADDRESS = "/-/index/huggingface/models/Qwen/Qwen3-8B"


def entry(**columns: Any) -> Entry:
    facts = {
        "upstream": people.upstream(url="https://hub.example"),
        "kind": "model",
        "namespace": "Qwen",
        "name": "Qwen3-8B",
        "key": "qwen/qwen3-8b",
        "licence": "apache-2.0",
        "task": "text-generation",
        "parameters": 8_200_000_000,
    }
    return Entry.objects.create(**{**facts, **columns})


def page(client: Client) -> str:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_tells_what_is_known_and_how_to_ask_for_it(client: Client) -> None:
    entry()
    shown = page(client)
    assert "text-generation" in shown
    assert "8.2B" in shown
    assert "/-/requests/new?upstream=huggingface&amp;kind=model&amp;repo_id=Qwen%2FQwen3-8B" in shown
    assert 'href="https://hub.example/Qwen/Qwen3-8B"' in shown


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({}, "It would be fetched<"),
        ({"parameters": 72_000_000_000}, "An admin would be asked"),
        ({"parameters": 0}, "It would be fetched, unless it is too large"),
        ({"licence": "llama3"}, "An admin would be asked"),
        ({"gated": "manual"}, "An admin would be asked"),
        ({"bytes": 21_000_000_000, "parameters": 1}, "An admin would be asked"),
    ],
)
def test_the_rules_are_asked_beforehand(client: Client, columns: dict[str, Any], told: str) -> None:
    seed_rules()
    entry(**columns)
    assert told in page(client)


def test_what_is_gone_upstream_says_so_and_cannot_be_asked_for(client: Client) -> None:
    entry(vanished_at=timezone.now())
    shown = page(client)
    assert "Gone upstream" in shown
    assert "requests/new?" not in shown


def test_what_is_held_by_now_leads_to_its_own_page(client: Client) -> None:
    repo = shown_repo.published()
    Entry.objects.update_or_create(
        upstream=repo.upstream, kind="model", key=repo.key, defaults={"namespace": "acme", "name": "zoo", "repo": repo}
    )
    answer = client.get("/-/index/huggingface/models/acme/zoo")
    assert (answer.status_code, answer["Location"]) == (302, "/-/repos/models/huggingface:acme/zoo")


def test_everything_from_upstream_is_text(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    columns = {"title": evil, "summary": evil, "task": evil, "library": evil, "licence": evil}
    entry(**columns, tags=[evil], languages=[evil], base_models=[evil, "javascript:alert(1)"])
    shown = page(client)
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown


def test_an_upstream_without_https_is_not_linked(client: Client) -> None:
    row = entry()
    row.upstream.url = "http://hub.example"
    row.upstream.save(update_fields=["url"])
    assert 'href="http://hub.example' not in page(client)


@pytest.mark.parametrize(
    "address",
    [
        "/-/index/nowhere/models/Qwen/Qwen3-8B",
        "/-/index/huggingface/models/Qwen/other",
        "/-/index/huggingface/widgets/Qwen/Qwen3-8B",
        "/-/index/huggingface/models/a/b/c",
        "/-/index/huggingface/models/../x",
    ],
)
def test_what_is_not_listed_is_a_page_that_says_so(client: Client, address: str) -> None:
    entry()
    answer = client.get(address)
    assert answer.status_code == 404
    assert b"Not found" in answer.content


def test_it_is_found_in_any_letter_case(client: Client) -> None:
    entry()
    assert client.get("/-/index/huggingface/models/qwen/qwen3-8b").status_code == 200


def test_outsiders_see_nothing_where_pulls_are_not_anonymous(client: Client, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    entry()
    answer = client.get(ADDRESS)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/-/login?next=")
