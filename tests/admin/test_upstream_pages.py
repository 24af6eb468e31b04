from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hub.upstreams.models import Upstream
from tests.fakes import FakeHub

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]
SECRET = "hf_upstreamsecret"


@pytest.fixture
def with_token() -> Upstream:
    row = Upstream(slug="huggingface", url="https://huggingface.co")
    row.token = SECRET
    row.save()
    return row


def form(row: Upstream, **changes: str) -> dict[str, str]:
    return {"slug": row.slug, "kind": row.kind, "url": row.url, "enabled": "on", "position": "100", **changes}


def page(row: Upstream) -> str:
    return reverse("admin:upstreams_upstream_change", args=[row.pk])


def token_of(row: Upstream) -> str:
    return Upstream.objects.get(pk=row.pk).token


def test_the_token_never_comes_out(with_token: Upstream, as_person: AsPerson) -> None:
    browser = as_person("oscar")
    for address in (page(with_token), reverse("admin:upstreams_upstream_changelist")):
        content = browser.get(address).content.decode()
        assert SECRET not in content
        assert with_token.sealed_token not in content


def test_saving_without_a_token_keeps_it(with_token: Upstream, as_person: AsPerson) -> None:
    as_person("oscar").post(page(with_token), form(with_token, position="7"))
    assert token_of(with_token) == SECRET
    assert Upstream.objects.get().position == 7


def test_a_new_token_is_sealed(with_token: Upstream, as_person: AsPerson) -> None:
    as_person("oscar").post(page(with_token), form(with_token, new_token=" hf_other "))
    row = Upstream.objects.get()
    assert row.token == "hf_other"
    assert "hf_other" not in row.sealed_token


def test_a_token_can_be_forgotten(with_token: Upstream, as_person: AsPerson) -> None:
    as_person("oscar").post(page(with_token), form(with_token, drop_token="on"))
    assert token_of(with_token) == ""


def test_a_token_does_not_follow_the_address_to_another_host(with_token: Upstream, as_person: AsPerson) -> None:
    as_person("oscar").post(page(with_token), form(with_token, url="https://evil.example"))
    assert Upstream.objects.get().url == "https://evil.example"
    assert token_of(with_token) == ""


def test_a_path_on_the_same_host_keeps_the_token(with_token: Upstream, as_person: AsPerson) -> None:
    as_person("oscar").post(page(with_token), form(with_token, url="https://huggingface.co/prefix/"))
    assert (Upstream.objects.get().url, token_of(with_token)) == ("https://huggingface.co/prefix", SECRET)


def test_the_connection_is_checked_against_what_is_kept(as_person: AsPerson) -> None:
    with FakeHub() as out_there:
        row = Upstream.objects.create(slug="fake", url=out_there.url)
        check = reverse("admin:upstreams_upstream_check_one", args=[row.pk])
        assert b"fake answers at" in as_person("oscar").get(check, follow=True).content


def test_a_connection_that_does_not_work_is_told_in_words(as_person: AsPerson) -> None:
    row = Upstream.objects.create(slug="nowhere", url="http://127.0.0.1:9")
    check = reverse("admin:upstreams_upstream_check_one", args=[row.pk])
    assert b"cannot be reached" in as_person("oscar").get(check, follow=True).content


@pytest.mark.parametrize("who", ["vera", "paula"])
def test_others_can_neither_edit_nor_check(who: str, with_token: Upstream, as_person: AsPerson) -> None:
    browser = as_person(who)
    assert browser.post(page(with_token), form(with_token, new_token="hf_mine")).status_code == 403
    check = reverse("admin:upstreams_upstream_check_one", args=[with_token.pk])
    assert browser.get(check).status_code == 403
    assert token_of(with_token) == SECRET
