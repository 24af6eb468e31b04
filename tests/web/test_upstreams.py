"""The page of the upstreams: numbers for everybody, addresses and errors for staff, tokens for nobody."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.counters import Observation, counters
from hub.mirroring.models import Pause
from hub.upstreams.budget import account_key, budget_name
from hub.upstreams.models import Upstream
from tests import people
from tests.web.arriving import a_transfer, a_worker, failed, running

pytestmark = pytest.mark.django_db

PAGE = "/-/upstreams"
TOKEN = "hf_never_shown_to_anybody"


@pytest.fixture
def row() -> Upstream:
    found = people.upstream(url="http://127.0.0.1:9/inner")
    found.token = TOKEN
    found.save()
    return found


def page_of(client: Client, address: str = PAGE, **headers: Any) -> str:
    answer = client.get(address, **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_who_may_pull_sees_numbers(client: Client, row: Upstream) -> None:
    name = budget_name(account_key(row.url, TOKEN), "api")
    counters().observe(name, Observation(left=212, seconds=55, quota=500, window=300))
    running(1, a_worker())
    a_transfer(2)
    a_transfer(3, state="done", size=5_000_000, finished_at=timezone.now())
    page = page_of(client)
    for text in ("huggingface", "212 of 500", "10 MB/s", "1 file runs", "5.0 MB", "in use"):
        assert text in page


@pytest.mark.parametrize("name", ["", "nina", "stan"])
def test_an_outsider_sees_no_address_no_error_and_nothing_that_is_off(client: Client, row: Upstream, name: str) -> None:
    failed(1, error="it said 10.9.8.7")
    Upstream.objects.create(slug="secret-mirror", url="http://10.1.1.1", enabled=False)
    if name:
        client.force_login(people.person(name))
    page = page_of(client)
    for text in ("127.0.0.1", "10.9.8.7", "secret-mirror", "10.1.1.1", "with a token"):
        assert text not in page
    assert "127.0.0.1" not in page_of(client, f"{PAGE}?check=huggingface")


@pytest.mark.parametrize("name", ["vera", "oscar", "adam"])
def test_staff_sees_addresses_and_errors_and_never_a_token(client: Client, row: Upstream, name: str) -> None:
    failed(1, error="it has <b>no</b> such file")
    client.force_login(people.person(name))
    page = page_of(client)
    for text in ("http://127.0.0.1:9/inner", "with a token", "RepoMissing", "it has &lt;b&gt;no&lt;/b&gt; such file"):
        assert text in page
    assert TOKEN not in page
    assert row.sealed_token not in page


def test_staff_asks_an_upstream_whether_it_answers(client: Client, upstream: Upstream) -> None:
    client.force_login(people.person("vera"))
    told = page_of(client, f"{PAGE}?check={upstream.slug}", headers={"HX-Request": "true"})
    assert "answers" in told
    assert "<html" not in told
    Upstream.objects.filter(pk=upstream.pk).update(url="http://127.0.0.1:9")
    told = page_of(client, f"{PAGE}?check={upstream.slug}")
    assert "does not answer" in told
    assert "<html" in told


def test_an_upstream_that_is_not_there_is_not_asked(client: Client, row: Upstream) -> None:
    client.force_login(people.person("vera"))
    assert client.get(f"{PAGE}?check=nowhere").status_code == 404


def test_a_pause_is_shown_with_its_reason_and_an_operator_ends_it_from_here(client: Client, row: Upstream) -> None:
    Pause.objects.create(upstream=row, by="oscar", reason="night <i>only</i>")
    page = page_of(client)
    assert "night &lt;i&gt;only&lt;/i&gt;" in page
    assert "resume-all" not in page
    client.force_login(people.person("oscar"))
    assert "resume-all" in page_of(client)
    form = {"act": "resume-all", "upstream": row.slug, "back": "upstreams"}
    assert client.post("/-/transfers/steer", form)["Location"] == PAGE
    assert not Pause.objects.exists()


def test_a_token_that_cannot_be_read_breaks_no_page(client: Client, row: Upstream) -> None:
    Upstream.objects.filter(pk=row.pk).update(sealed_token="sealed with another key")
    client.force_login(people.person("vera"))
    assert "huggingface" in page_of(client)
    assert "does not answer" in page_of(client, f"{PAGE}?check=huggingface")


def test_without_an_upstream_the_page_says_what_to_do(client: Client) -> None:
    Upstream.objects.all().delete()
    assert "No upstream is enabled." in page_of(client)
