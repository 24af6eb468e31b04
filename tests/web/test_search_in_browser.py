"""Searching in a real browser: as somebody types, ticks filters, goes back, and uses the keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web import listed
from tests.web.browser import visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shelf() -> None:
    listed.fill()
    listed.hold("BAAI/bge-small-zh-v1.5")
    listed.fill(*listed.many(60))


def names(page: Page) -> list[str]:
    return page.locator(".result-name").all_inner_texts()


def test_what_is_typed_is_found_while_it_is_typed(live_server: Any, shelf: None) -> None:
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open("/-/")
        expect(page.get_by_text("Use this hub")).to_be_visible()
        visit.looks_right("search-blank")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("small embed")
        expect(page.locator(".result-name")).to_have_text(["BAAI/bge-small-zh-v1.5"])
        expect(page).to_have_url(f"{live_server.url}/-/?q=small+embed")
        expect(page.get_by_role("searchbox")).to_be_focused()
        visit.looks_right("search-typed")
        page.keyboard.press("Escape")
        expect(page.get_by_role("searchbox")).to_have_value("")
        expect(page.locator(".result-name")).to_have_count(25)


def test_filters_narrow_what_is_shown_and_going_back_takes_them_away(live_server: Any, shelf: None) -> None:
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open("/-/?q=embedding")
        page.locator("#filter-licence > summary").click()
        page.get_by_label("apache-2.0").check()
        expect(page.locator(".result-name")).to_have_text(["Qwen/Qwen3-Embedding-0.6B"])
        expect(page.get_by_label("apache-2.0")).to_be_checked()
        expect(page).to_have_url(f"{live_server.url}/-/?q=embedding&licence=apache-2.0")
        visit.looks_right("search-filtered")
        page.go_back()
        expect(page.locator(".result-name")).to_have_count(2)
        expect(page.locator("header.top")).to_be_visible()
        page.get_by_label("Held here").check()
        expect(page.locator(".result-name")).to_have_text(["BAAI/bge-small-zh-v1.5"])
        page.get_by_role("link", name="Remove filter Held here: Held here").click()
        expect(page.locator(".result-name")).to_have_count(2)


def test_more_results_come_below_and_the_keyboard_goes_on_there(live_server: Any, shelf: None) -> None:
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open("/-/?q=many")
        page.get_by_role("link", name="More results").click()
        expect(page.locator(".result-name")).to_have_count(50)
        assert len(set(names(page))) == 50
        expect(page.locator(".result-name").nth(25)).to_be_focused()
        page.get_by_role("link", name="More results").click()
        expect(page.locator(".result-name")).to_have_count(60)
        expect(page.get_by_role("link", name="More results")).to_have_count(0)


def test_everything_works_without_scripts(live_server: Any, shelf: None) -> None:
    with visiting(live_server.url, scripts=False) as visit:
        page = visit.page
        visit.open("/-/")
        page.get_by_role("searchbox").fill("embedding")
        page.get_by_role("button", name="Search", exact=True).click()
        assert len(names(page)) == 2
        page.get_by_label("Held here").check()
        page.get_by_role("button", name="Apply filters").click()
        assert names(page) == ["BAAI/bge-small-zh-v1.5"]
        visit.open("/-/?q=many")
        first = names(page)
        page.get_by_role("link", name="More results").click()
        assert len(names(page)) == 25
        assert not set(names(page)) & set(first)
        page.get_by_role("link", name="Back to the first results").click()
        assert names(page) == first


def test_a_full_id_that_is_not_listed_leads_to_the_form(live_server: Any, shelf: None) -> None:
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open("/-/?q=zhipu/brand-new-model")
        visit.looks_right("search-nothing")
        page.get_by_role("link", name="Ask for zhipu/brand-new-model").click()
        expect(page.locator("[name=repo_id]")).to_have_value("zhipu/brand-new-model")
