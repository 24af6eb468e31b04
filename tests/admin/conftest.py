from collections.abc import Callable

import pytest
from django.test import Client

from tests.people import person


@pytest.fixture
def as_person(db: None) -> Callable[[str], Client]:
    """A browser in which one of the shared people has logged in."""

    def logged_in(name: str) -> Client:
        browser = Client()
        browser.force_login(person(name))
        return browser

    return logged_in
