"""The page of what is held, and the page of what is pulled."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.blobs.models import Blob, Damage
from hub.catalog.models import PullCount, Repo
from tests import people
from tests.mirroring.test_holdings import a_blob, a_repo

pytestmark = pytest.mark.django_db

PAGE = "/-/storage"


def page_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def tiny() -> Repo:
    shared = a_blob(1, 3_000_000)
    a_repo("other", {"b.gguf": shared})
    return a_repo("Tiny", {"a.safetensors": shared, "c.json": a_blob(2, 1000)})


def test_an_empty_hub_says_what_to_do(client: Client) -> None:
    people.upstream()
    assert "Nothing is stored yet." in page_of(client)


def test_everybody_who_may_pull_sees_what_takes_the_room(client: Client, tiny: Repo) -> None:
    page = page_of(client)
    for text in ("3.0 MB", "49 % by storing", "safetensors", "gguf", "/-/repos/models/huggingface:acme/Tiny", "<svg"):
        assert text in page


def test_an_outsider_sees_no_damage_and_nothing_about_what_goes_next(client: Client, tiny: Repo) -> None:
    Damage.objects.create(sha256="d" * 64, size=5, condition="wrong", trouble="at http://10.9.8.7")
    for name in ("", "nina", "stan"):
        if name:
            client.force_login(people.person(name))
        page = page_of(client)
        assert "10.9.8.7" not in page
        assert "Not pulled for longest" not in page


def test_a_viewer_sees_damage_upkeep_and_what_goes_next(client: Client, tiny: Repo) -> None:
    Damage.objects.create(sha256="d" * 64, size=5, condition="wrong", trouble="nobody has it <b>any more</b>")
    client.force_login(people.person("vera"))
    page = page_of(client)
    for text in ("d" * 16, "Wrong bytes", "nobody has it &lt;b&gt;any more", "Not pulled for longest", "used lately"):
        assert text in page


def test_names_from_elsewhere_are_text_in_the_treemap_and_beside_it(client: Client) -> None:
    evil = '"><script>alert(1)'
    repo = a_repo("one", {f"{evil}.bin": a_blob(1, 5000)})
    Repo.objects.filter(pk=repo.pk).update(name=evil, namespace=evil)
    page = page_of(client)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_repo_that_is_not_published_yet_has_no_link(client: Client, tiny: Repo) -> None:
    Repo.objects.filter(pk=tiny.pk).update(held=False)
    page = page_of(client)
    assert "acme/Tiny" in page
    assert "/-/repos/models/huggingface:acme/Tiny" not in page


def test_a_store_that_does_not_answer_costs_the_room_alone(client: Client, tiny: Repo, settings: Any) -> None:
    settings.STORE_URL = "ftp://elsewhere"
    page = page_of(client)
    assert "The store does not answer" in page
    assert "acme/Tiny" in page


def test_the_quota_is_told_with_what_is_left(client: Client, tiny: Repo, settings: Any) -> None:
    settings.QUOTA, settings.LOW_SPACE = 1_000_000, 0
    assert "3.0 MB of the quota of 1.0 MB are stored" in page_of(client)


@pytest.mark.parametrize("address", [PAGE, "/-/stats", "/-/transfers", "/-/upstreams"])
def test_the_pages_ask_who_is_there_where_pulls_are_not_anonymous(client: Client, address: str, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    assert client.get(address)["Location"].startswith("/-/login?next=")


@pytest.mark.parametrize("address", [PAGE, "/-/stats", "/-/transfers", "/-/upstreams"])
def test_the_pages_run_under_the_strict_policy_with_nothing_inline(client: Client, address: str, tiny: Repo) -> None:
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page


def test_the_number_of_questions_does_not_grow_with_what_is_held(
    client: Client, tiny: Repo, django_assert_max_num_queries: Any
) -> None:
    for number in range(3, 40):
        a_repo(f"repo-{number}", {"a.bin": a_blob(number, 100 * number)})
    with django_assert_max_num_queries(60):
        page_of(client)
    with django_assert_max_num_queries(8):
        page_of(client)


def test_statistics_tell_what_is_pulled_and_by_which_programs(client: Client, tiny: Repo) -> None:
    today = timezone.now().date()
    PullCount.objects.create(repo=tiny, day=today, pulls=1234, files=5000, bytes=7_000_000)
    people.request()
    page = page_of(client, "/-/stats")
    for text in ("1,234", "7.0 MB", "acme/Tiny", "hf_hub", "Pulls by day"):
        assert text in page
    assert "nina" not in page


def test_statistics_of_a_hub_that_nobody_used_are_empty(client: Client) -> None:
    assert "Nothing was pulled in this time." in page_of(client, "/-/stats")
    assert Blob.objects.count() == 0
