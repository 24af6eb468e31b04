"""Pages for what went wrong: in the design, with what to do next, and without what could break again."""

import re

import pytest
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from hub.mirroring.models import Request
from hub.mirroring.standing import _NEXT_STEPS, _WITHDRAWN
from hub.web import wording
from hub.web.broken import broken
from tests import people


@pytest.mark.django_db
def test_an_address_that_means_nothing_leads_on(client: Client) -> None:
    page = client.get("/-/nowhere").content.decode()
    assert "There is no page at this address." in page
    assert "Resolver404" not in page
    assert 'href="/-/requests/new"' in page


@pytest.mark.django_db
def test_what_is_missing_is_named_as_text(client: Client) -> None:
    page = client.get("/-/repos/models/acme/<script>x").content.decode()
    assert "<script>x" not in page


@pytest.mark.django_db
def test_a_form_that_is_not_ours_is_refused_in_the_design() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.person("nina"))
    answer = browser.post("/-/tokens", {"name": "theirs"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "web/style" in page
    assert "HUB_EXTERNAL_URL" in page


def test_the_page_of_a_fault_needs_no_database() -> None:
    # No database mark: a query would fail the test.
    try:
        raise OperationalError("the server closed the connection")
    except OperationalError:
        answer = broken(RequestFactory().get("/-/"))
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "database does not answer" in page
    assert re.search(r'href="/-/static/web/style[^"]*\.css"', page)


@pytest.mark.parametrize("name", ["500.html", "403_csrf.html"])
def test_pages_without_a_request_run_nothing_inline(name: str) -> None:
    page = render_to_string(name, {"request_id": "abc"})
    assert "<style" not in page
    assert "<script" not in page
    assert " style=" not in page


def test_every_state_and_next_step_is_marked_for_translation() -> None:
    assert set(wording.STATES) == {str(state.label) for state in Request.State}
    assert set(wording.NEXT_STEPS) == {*_NEXT_STEPS.values(), _WITHDRAWN}
