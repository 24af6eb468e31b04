"""The page with every address of the API, in a real browser: it starts under the hub's strict policy, and writes."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hub.accounts.models import AccessToken
from tests import people
from tests.web.browser import screenshots, visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_people_read_and_try_the_api_in_the_browser(live_server: Any) -> None:
    nina = people.person("nina")
    with visiting(live_server.url, user=nina) as visit:
        visit.open("/-/api/v1/docs")
        page = visit.page
        expect(page.locator(".opblock").first).to_be_visible(timeout=120_000)
        assert page.locator(".opblock").count() > 35
        page.screenshot(path=str(screenshots() / "api-docs.png"))
        made = page.locator("#operations-account-tokens_create")
        made.locator(".opblock-summary-control").click()
        made.get_by_role("button", name="Try it out").click()
        made.locator("textarea.body-param__text").fill('{"name": "from the page"}')
        with page.expect_response("**/-/api/v1/tokens/") as answer:
            made.get_by_role("button", name="Execute").click()
        assert answer.value.status == 201
    assert AccessToken.objects.get().name == "from the page"
