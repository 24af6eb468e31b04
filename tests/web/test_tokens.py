"""People's own tokens, and outsiders who would like to have them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.accounts.models import AccessToken, Event
from hub.accounts.tokens import caller_of, issue
from hub.web.token_pages import MOST
from tests import people

pytestmark = pytest.mark.django_db

PAGE = "/-/tokens"


@pytest.fixture
def nina(client: Client) -> Client:
    client.force_login(people.person("nina"))
    return client


def made_by(browser: Client, **fields: Any) -> str:
    """The text of a token that was made on the page."""
    page = browser.post(PAGE, {"name": "my laptop", "days": "90", **fields}).content.decode()
    return page.split("HF_TOKEN=")[1].split("<")[0].strip()


def test_a_token_is_shown_once_with_the_lines_that_use_it(nina: Client) -> None:
    answer = nina.post(PAGE, {"name": "my laptop", "days": "90"})
    page = answer.content.decode()
    token = AccessToken.objects.get()
    text = page.split("HF_TOKEN=")[1].split("<")[0].strip()
    assert caller_of(f"Bearer {text}").token == token
    for line in (f"hf auth login --token {text}", f"modelscope login --endpoint http://testserver --token {text}"):
        assert line in page
    assert "no-store" in answer["Cache-Control"]
    again = nina.get(PAGE).content.decode()
    assert "my laptop" in again
    assert text not in again
    assert token.digest not in again


def test_a_token_ends_when_it_was_told_to(nina: Client) -> None:
    made_by(nina)
    made_by(nina, days="0")
    endless, ending = AccessToken.objects.order_by("-pk")
    assert endless.expires_at is None
    assert ending.expires_at is not None
    assert abs(ending.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x" * 101}, {"days": "12"}, {"days": "-1"}, {"days": "for ever"}]
)
def test_what_makes_no_sense_makes_no_token(fields: dict[str, str], nina: Client) -> None:
    answer = nina.post(PAGE, {"name": "my laptop", "days": "90", **fields})
    assert answer.status_code == 422
    assert not AccessToken.objects.exists()


def test_nobody_piles_up_tokens(nina: Client) -> None:
    user = AccessToken.objects.model.user.field.related_model.objects.get()
    AccessToken.objects.bulk_create(
        AccessToken(user=user, name=str(n), prefix="hf_", digest=str(n)) for n in range(MOST)
    )
    answer = nina.post(PAGE, {"name": "one more", "days": "90"})
    assert answer.status_code == 422
    assert b"Revoke one" in answer.content


def test_revoking_asks_first_and_then_ends_the_token_for_good(nina: Client) -> None:
    text = made_by(nina)
    token = AccessToken.objects.get()
    question = nina.get(f"{PAGE}/{token.pk}/revoke").content
    assert b"Revoke my laptop?" in question
    token.refresh_from_db()
    assert token.revoked_at is None
    answer = nina.post(f"{PAGE}/{token.pk}/revoke", follow=True).content.decode()
    assert "The token my laptop is revoked." in answer
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert Event.objects.filter(verb="token.revoked", actor=token.user).exists()
    assert text not in answer
    assert b"was revoked before" in nina.post(f"{PAGE}/{token.pk}/revoke", follow=True).content


@pytest.mark.parametrize("name", ["adam", "paula", "oscar"])
def test_other_peoples_tokens_do_not_exist_not_even_for_staff(name: str, client: Client) -> None:
    vera = people.person("vera")
    issue(vera, "the viewer's own")
    token = AccessToken.objects.get()
    client.force_login(people.person(name))
    assert b"the viewer" not in client.get(PAGE).content
    for answer in (client.get(f"{PAGE}/{token.pk}/revoke"), client.post(f"{PAGE}/{token.pk}/revoke")):
        assert answer.status_code == 404
        assert b"the viewer" not in answer.content
    token.refresh_from_db()
    assert token.revoked_at is None


def test_strangers_are_asked_who_they_are(client: Client, settings: Any) -> None:
    issue(people.person("nina"), "hers")
    pk = AccessToken.objects.get().pk
    for anonymous in (True, False):
        settings.ANONYMOUS_PULL = anonymous
        for address in (PAGE, f"{PAGE}/{pk}/revoke", "/-/password"):
            assert client.get(address)["Location"].startswith("/-/login?next=")
            assert client.post(address, {"name": "mine", "days": "0"})["Location"].startswith("/-/login?next=")
    assert AccessToken.objects.filter(revoked_at=None).count() == 1


def test_a_post_from_another_site_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    user = people.person("nina")
    browser.force_login(user)
    issue(user, "hers")
    pk = AccessToken.objects.get().pk
    for address in (PAGE, f"{PAGE}/{pk}/revoke", "/-/password"):
        assert browser.post(address, {"name": "theirs", "days": "0"}).status_code == 403
    assert AccessToken.objects.filter(revoked_at=None).count() == 1


def test_a_name_is_text(nina: Client) -> None:
    nina.post(PAGE, {"name": "<script>alert(1)</script>", "days": "30"})
    pk = AccessToken.objects.get().pk
    for page in (nina.get(PAGE), nina.get(f"{PAGE}/{pk}/revoke"), nina.post(f"{PAGE}/{pk}/revoke", follow=True)):
        assert b"<script>alert" not in page.content
        assert b"&lt;script&gt;" in page.content
