"""The list of requests: one's own, everybody's, by state and by id."""

import pytest
from django.test import Client

from hub.mirroring.models import Asker
from tests import people

pytestmark = pytest.mark.django_db

PAGE = "/-/requests/"


@pytest.fixture
def nina(client: Client) -> Client:
    """She asked for one of two requests."""
    user = people.person("nina")
    own = people.request("acme/hers", "waiting")
    Asker.objects.create(request=own, label="Nina at work", user=user)
    people.request("acme/other", "published")
    client.force_login(user)
    return client


def shown(browser: Client, query: str = "") -> set[str]:
    page = browser.get(PAGE + query).content.decode()
    return {name for name in ("acme/hers", "acme/other") if name in page}


def test_people_see_their_own_first_and_everybodys_on_the_other_tab(nina: Client) -> None:
    assert shown(nina) == {"acme/hers"}
    assert shown(nina, "?whose=all") == {"acme/hers", "acme/other"}


def test_who_is_not_logged_in_has_none_of_their_own(nina: Client) -> None:
    stranger = Client()
    assert shown(stranger) == shown(stranger, "?whose=mine") == {"acme/hers", "acme/other"}
    assert b"Mine" not in stranger.get(PAGE).content


def test_a_name_that_is_the_same_is_not_the_same_person(nina: Client) -> None:
    """The shared rows were asked for by an anonymous client that is called nina."""
    assert shown(nina) == {"acme/hers"}


def test_states_and_ids_narrow_either_tab(nina: Client) -> None:
    assert shown(nina, "?whose=all&state=published") == {"acme/other"}
    assert shown(nina, "?state=published") == set()
    assert shown(nina, "?whose=all&q=HERS") == {"acme/hers"}
    assert shown(nina, "?whose=all&q=hers&state=published") == set()
    assert b"No request fits." in nina.get(PAGE + "?q=nothing").content
    assert shown(nina, "?whose=all&state=nonsense") == {"acme/hers", "acme/other"}


def test_pages_keep_what_was_chosen(nina: Client) -> None:
    for number in range(60):
        people.request(f"acme/many-{number}", "failed")
    page = nina.get(PAGE + "?whose=all&state=failed&q=many").content.decode()
    assert "Page 1 of 2" in page
    for part in ("whose=all", "state=failed", "q=many", "page=2"):
        assert part in page.split('rel="next"')[1].split(">")[0]


def test_what_was_searched_for_is_text(nina: Client) -> None:
    for number in range(60):
        people.request(f"acme/many-{number}")
    page = nina.get(PAGE + '?whose=all&state="><script>x&q="><script>x').content
    assert b"<script>x" not in page
    assert b"<script>x" not in nina.get(PAGE + '?whose=all&x="><script>x').content


def test_who_has_asked_for_nothing_is_told_what_to_do(client: Client) -> None:
    client.force_login(people.person("stan"))
    assert b"You have asked for nothing yet." in client.get(PAGE).content
