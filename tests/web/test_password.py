"""A person's own password."""

import pytest
from django.test import Client

from hub.accounts import throttle
from hub.accounts.models import Event
from tests import people

pytestmark = pytest.mark.django_db

PAGE = "/-/password"
NEW = "another horse staple"


def change(browser: Client, old: str = people.PASSWORD, new: str = NEW, again: str = "") -> int:
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return browser.post(PAGE, fields).status_code


def test_the_new_password_counts_and_this_browser_stays_logged_in(client: Client) -> None:
    user = people.person("nina")
    client.force_login(user)
    other = Client()
    other.force_login(user)
    assert change(client) == 302
    assert b"Your password is changed." in client.get("/-/tokens").content
    assert other.get("/-/tokens").status_code == 302
    assert Client().login(username="nina", password=NEW)
    assert not Client().login(username="nina", password=people.PASSWORD)
    told = Event.objects.get(verb="user.password_changed")
    assert (told.actor, NEW in str(told.detail)) == (user, False)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"old": "wrong"}, "incorrect"),
        ({"new": "short"}, "too short"),
        ({"new": "password123"}, "too common"),
        ({"again": "something else 1"}, "match"),
    ],
)
def test_what_makes_no_good_password_is_told(fields: dict[str, str], word: str, client: Client) -> None:
    client.force_login(people.person("nina"))
    sent = {"old": people.PASSWORD, "new": NEW, "again": ""} | fields
    answer = client.post(
        PAGE,
        {"old_password": sent["old"], "new_password1": sent["new"], "new_password2": sent["again"] or sent["new"]},
    )
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert Client().login(username="nina", password=people.PASSWORD)


def test_who_found_an_open_browser_cannot_guess_the_old_password(client: Client) -> None:
    client.force_login(people.person("nina"))
    for _ in range(throttle.FROM_ONE_ADDRESS):
        assert change(client, old="a guess") == 422
    assert change(client) == 429
    assert Client().login(username="nina", password=people.PASSWORD)
