"""The search page as it leaves the server."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.index import counts
from tests import people
from tests.web import listed

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def shelf() -> None:
    listed.fill()
    listed.hold("BAAI/bge-small-zh-v1.5")


def names(client: Client, address: str, **headers: Any) -> list[str]:
    page = client.get(address, headers=headers).content.decode()
    return re.findall(r'class="result-name"[^>]*>([^<]*)<', page)


def test_what_is_held_and_what_could_be_asked_for_come_together(client: Client) -> None:
    page = client.get("/-/").content.decode()
    assert page.count("result-name") == 4
    assert page.count(">Held</span>") == 1
    assert page.count('class="result-ask"') == 3


def test_what_is_held_links_to_its_page_and_the_rest_to_what_is_known_of_it(client: Client) -> None:
    page = client.get("/-/").content.decode()
    assert f'href="{reverse("web:repo", args=["models", "huggingface:BAAI/bge-small-zh-v1.5"])}"' in page
    assert f'href="{reverse("web:entry", args=["huggingface", "models", "Qwen/Qwen3-Embedding-0.6B"])}"' in page
    assert "/-/requests/new?upstream=huggingface&amp;kind=model&amp;repo_id=Qwen/Qwen3-Embedding-0.6B" in page


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("held=yes", {"BAAI/bge-small-zh-v1.5"}),
        ("kind=dataset", {"acme/poems"}),
        ("task=text-generation", {"meteor/llama-like-8b"}),
        ("licence=mit&licence=cc-by-4.0", {"BAAI/bge-small-zh-v1.5", "acme/poems"}),
        ("language=de", {"acme/poems"}),
        ("size=10-50gb", {"meteor/llama-like-8b"}),
        ("gated=yes", {"meteor/llama-like-8b"}),
        ("author=Qwen", {"Qwen/Qwen3-Embedding-0.6B"}),
        ("q=chinese+embedding&held=no", {"Qwen/Qwen3-Embedding-0.6B"}),
        ("upstream=nowhere", set()),
    ],
)
def test_every_filter_narrows_what_is_shown(fields: str, expected: set[str], client: Client) -> None:
    assert set(names(client, f"/-/?{fields}")) == expected


def test_what_is_chosen_stays_ticked_and_can_be_taken_away(client: Client) -> None:
    page = client.get("/-/?q=embedding&task=feature-extraction&author=Qwen").content.decode()
    assert re.search(r'name="task" value="feature-extraction" id="[^"]*" checked', page)
    assert '<input type="hidden" name="author" value="Qwen">' in page
    assert 'href="/-/?q=embedding&amp;author=Qwen"' in page
    assert 'href="/-/?q=embedding&amp;task=feature-extraction"' in page


@pytest.mark.parametrize(
    "fields",
    [
        "sort=best",
        "size=huge&kind=widget&gated=maybe&held=perhaps",
        "q=%00%01",
        "q=" + "x" * 5000,
        "&".join(f"task=t{number}" for number in range(500)),
        "q=%22%27%3B--%25_%5C",
        "q=" + "%E4%B8%AD" * 300,
        "page=many",
    ],
)
def test_addresses_that_make_no_sense_are_mended(fields: str, client: Client) -> None:
    assert client.get(f"/-/?{fields}").status_code == 200


@pytest.mark.parametrize("place", ["x", "-1", "%00", "eyJ9", "9" * 600])
def test_a_place_that_no_page_gave_is_an_error_with_a_next_step(place: str, client: Client) -> None:
    answer = client.get(f"/-/?q=a&after={place}")
    assert answer.status_code == 400
    assert "To the first page" in answer.content.decode()


def test_what_upstreams_write_is_text(client: Client) -> None:
    bad = "<script>alert(1)</script>"
    listed.fill(listed.repo("evil/one", title=bad, summary=bad, task=bad, licence='"><img src=x>', library=bad))
    page = client.get("/-/?q=evil").content.decode()
    assert "evil/one" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert b"<script>x" not in client.get("/-/?q=<script>x").content


def test_htmx_gets_the_region_and_the_address_to_show(client: Client) -> None:
    answer = client.get("/-/?q=embedding&held=&sort=relevance", headers=HTMX)
    page = answer.content.decode()
    assert "<html" not in page
    assert 'hx-swap-oob="true"' in page
    assert answer["HX-Push-Url"] == "/-/?q=embedding"
    assert "HX-Request" in answer["Vary"]
    typed = client.get("/-/?q=embed", headers={**HTMX, "HX-Trigger-Name": "q"})
    assert typed["HX-Replace-Url"] == "/-/?q=embed"
    assert "HX-Push-Url" not in typed


def test_pages_of_results_never_show_a_repo_twice(client: Client) -> None:
    listed.fill(*listed.many(60))
    address, seen = "/-/?q=many", list[str]()
    while address:
        page = client.get(address, headers=HTMX).content.decode()
        seen += re.findall(r'class="result-name"[^>]*>([^<]*)<', page)
        more = re.search(r'hx-get="(/-/\?[^"]*after=[^"]*)"', page)
        address = more.group(1).replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 60


def test_a_wrong_letter_finds_what_was_meant_and_says_so(client: Client) -> None:
    counts.refresh()
    page = client.get("/-/?q=embeding+chinese").content.decode()
    assert "Nothing matches “embeding chinese”." in page
    assert "<strong>embedding chinese</strong>" in page
    assert names(client, "/-/?q=embeding+chinese")
    assert "Nothing matches “zzzzqqqq”." in client.get("/-/?q=zzzzqqqq").content.decode()


def test_a_full_id_that_is_not_there_leads_to_the_form(client: Client) -> None:
    page = client.get("/-/?q=https://huggingface.co/zhipu/new-model").content.decode()
    assert "/-/requests/new?repo_id=zhipu/new-model" in page
    assert "requests/new?repo_id" not in client.get("/-/?q=nothing such").content.decode()


def test_a_repo_that_was_asked_for_shows_how_it_stands(client: Client) -> None:
    row = people.request("meteor/llama-like-8b")
    page = client.get("/-/?q=llama").content.decode()
    assert f'href="/-/requests/{row.pk}">Needs approval<' in page
    assert 'class="result-ask"' not in page


def test_the_number_of_queries_does_not_grow_with_what_is_found(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    listed.fill(*listed.many(40))
    client.get("/-/?q=many")
    with django_assert_max_num_queries(14):
        client.get("/-/?q=many")


def test_the_page_wants_to_know_who_is_there_where_pulls_are_not_anonymous(client: Client, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    assert client.get("/-/?q=embedding").status_code == 302
    assert client.get("/-/setup").status_code == 302
