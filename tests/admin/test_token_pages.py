import re
from collections.abc import Callable

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from hub.accounts.models import AccessToken, Event, User
from hub.accounts.tokens import caller_of, forget_cached, issue
from tests.people import person

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    forget_cached()


def new() -> str:
    return reverse("admin:accounts_accesstoken_new")


def test_the_text_is_shown_once_and_works(as_person: AsPerson) -> None:
    browser = as_person("vera")
    answer = browser.post(new(), {"name": "laptop", "days": "30"})
    (text,) = re.findall(r"hf_[A-Za-z0-9]{40}", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert caller_of(f"Bearer {text}").label == "vera"
    listed = browser.get(reverse("admin:accounts_accesstoken_changelist")).content.decode()
    assert text not in listed
    assert text[:7] in listed
    assert Event.objects.get(verb="token.issued").actor_name == "vera"


def test_an_admin_makes_tokens_for_others(as_person: AsPerson) -> None:
    nina = person("nina")
    as_person("adam").post(new(), {"name": "build server", "user": nina.pk})
    assert AccessToken.objects.get().user == nina


@pytest.mark.parametrize("who", ["vera", "paula", "oscar", "stan"])
def test_staff_make_tokens_for_themselves_only(who: str, as_person: AsPerson) -> None:
    adam = person("adam")
    as_person(who).post(new(), {"name": "sneaky", "user": adam.pk})
    assert AccessToken.objects.get().user == User.objects.get(username=who)


def revoke(browser: Client, token: AccessToken) -> None:
    data = {"action": "revoke_selected", ACTION_CHECKBOX_NAME: [token.pk]}
    browser.post(reverse("admin:accounts_accesstoken_changelist"), data)


def test_people_revoke_their_own_tokens_and_admins_any(as_person: AsPerson) -> None:
    issue(person("nina"), "laptop")
    token = AccessToken.objects.get()
    revoke(as_person("vera"), token)
    assert AccessToken.objects.get().revoked_at is None
    revoke(as_person("adam"), token)
    assert AccessToken.objects.get().revoked_at is not None


def test_staff_without_a_role_see_their_own_tokens_only(as_person: AsPerson) -> None:
    issue(person("nina"), "of nina")
    browser = as_person("stan")
    issue(User.objects.get(username="stan"), "of stan")
    page = browser.get(reverse("admin:accounts_accesstoken_changelist")).content.decode()
    assert "of stan" in page
    assert "of nina" not in page


@pytest.mark.parametrize("who", [None, "nina"])
def test_others_make_none(who: str | None, client: Client, as_person: AsPerson) -> None:
    browser = as_person(who) if who else client
    assert browser.post(new(), {"name": "sneaky"}).status_code == 302
    assert not AccessToken.objects.exists()
