"""What every page has around it, in a real browser: theme, language, menu, copying."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import people
from tests.web.browser import visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_every_page_is_accessible_and_keeps_the_policy(live_server: Any) -> None:
    row, vera = people.request(), people.person("vera")
    with visiting(live_server.url, user=vera) as visit:
        for name, path in {
            "requests": "/-/requests/",
            "request": f"/-/requests/{row.pk}",
            "request-new": "/-/requests/new",
            "docs": "/-/docs/clients",
        }.items():
            visit.open(path)
            visit.looks_right(f"frame-{name}")


def test_the_theme_changes_at_once_and_is_there_after_a_reload(live_server: Any) -> None:
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open("/-/docs/")
        page.get_by_text("Theme", exact=True).first.click()
        with page.expect_response("**/-/theme"):
            page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        visit.looks_right("frame-menu", dark=False)
        visit.open("/-/requests/")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 21)"


def test_theme_and_language_change_without_scripts(live_server: Any) -> None:
    with visiting(live_server.url, scripts=False) as visit:
        page = visit.page
        visit.open("/-/docs/clients")
        page.get_by_role("button", name="简体中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
        assert page.url.endswith("/-/docs/clients")
        page.get_by_role("button", name="English").click()
        page.get_by_text("Theme", exact=True).first.click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.url.endswith("/-/docs/clients")


def test_the_keyboard_reaches_the_content_and_closes_the_menu(live_server: Any) -> None:
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open("/-/docs/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.locator("details.menu summary").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Dark")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Dark")).to_be_hidden()
        expect(page.locator("details.menu summary")).to_be_focused()
