"""An outsider who guesses passwords."""

import pytest
from django.http import HttpResponse
from django.test import Client

from hub.accounts import throttle
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db

PAGES = ("/-/login", "/-/admin/login/")


def guess(page: str, name: str, password: str = "wrong", address: str = "203.0.113.9") -> HttpResponse:
    return Client(REMOTE_ADDR=address).post(page, {"username": name, "password": password})  # type: ignore[return-value]


@pytest.mark.parametrize("page", PAGES)
def test_guessing_ends_after_a_few_tries_and_the_right_word_does_not_help_then(page: str) -> None:
    person("adam")
    for _ in range(throttle.FROM_ONE_ADDRESS):
        assert guess(page, "adam").status_code == 200
    answer = guess(page, "adam", PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= throttle.SECONDS
    page_text = answer.content.decode()
    assert "Too many wrong passwords" in page_text
    assert "Try again in 15 min" in page_text


def test_both_pages_count_together_and_the_spelling_of_the_name_does_not_matter() -> None:
    for number in range(throttle.FROM_ONE_ADDRESS):
        guess(PAGES[number % 2], "Adam " if number % 3 else "adam")
    assert guess(PAGES[0], "ADAM").status_code == 429


def test_nobody_else_is_held_up() -> None:
    person("adam")
    person("nina")
    for _ in range(throttle.FROM_ONE_ADDRESS):
        guess(PAGES[0], "adam")
    assert guess(PAGES[0], "adam", PASSWORD, "198.51.100.4").status_code == 302
    assert guess(PAGES[0], "nina", PASSWORD).status_code == 302


def test_one_address_cannot_try_every_account() -> None:
    for number in range(throttle.OF_AN_ADDRESS):
        assert guess(PAGES[0], f"user{number}").status_code == 200
    assert guess(PAGES[0], "another").status_code == 429
    assert guess(PAGES[0], "another", address="198.51.100.4").status_code == 200


def test_one_account_cannot_be_tried_from_everywhere() -> None:
    for number in range(throttle.OF_AN_ACCOUNT):
        assert guess(PAGES[0], "adam", address=f"198.51.100.{number}").status_code == 200
    assert guess(PAGES[0], "adam", address="203.0.113.1").status_code == 429


def test_the_right_password_forgives_slips_of_the_pen() -> None:
    person("nina")
    for _ in range(3):
        for _ in range(throttle.FROM_ONE_ADDRESS - 1):
            guess(PAGES[0], "nina")
        assert guess(PAGES[0], "nina", PASSWORD).status_code == 302


def test_a_name_that_is_long_or_strange_is_counted_like_any_other() -> None:
    for name in ("x" * 100_000, "\x00", "🦜"):
        assert guess(PAGES[0], name).status_code == 200
