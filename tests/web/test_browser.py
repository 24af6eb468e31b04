"""Journeys of people through the pages and the admin, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hub.mirroring.models import Request
from tests import people
from tests.web.browser import meanwhile, open_page

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_approver_logs_in_reads_the_facts_approves_and_sees_it_move_on(live_server: Any) -> None:
    people.person("paula")
    row = people.request()
    with open_page() as (page, complaints):
        page.goto(f"{live_server.url}/-/admin/")
        page.fill("[name=username]", "paula")
        page.fill("[name=password]", people.PASSWORD)
        page.click("[type=submit]")

        page.get_by_role("link", name="meteor/llama-like-8b").click()
        for fact in ("16 GB in 12 files", "llama3", "yes (manual)", "optimizer.bin", "no rule lets it in by itself"):
            expect(page.get_by_text(fact).first).to_be_visible()

        page.get_by_role("link", name="Approve").click()
        page.fill("[name=reason]", "we have the licence")
        page.get_by_role("button", name="Approve").click()

        expect(page.get_by_text("meteor/llama-like-8b was approved.")).to_be_visible()
        expect(page.get_by_text("Approved, being planned")).to_be_visible()
        expect(page.get_by_text("we have the licence").first).to_be_visible()
        assert complaints == []
    row.refresh_from_db()
    assert (row.state, row.decision_reason) == ("approved", "we have the licence")


def test_a_developer_sees_the_state_change_without_reloading(live_server: Any) -> None:
    row = people.request()
    with open_page() as (page, complaints):
        page.goto(f"{live_server.url}/-/requests/{row.pk}")
        expect(page.get_by_text("Needs approval")).to_be_visible()
        refused = {"state": "refused", "decision_reason": "too large for us"}
        meanwhile(lambda: Request.objects.filter(pk=row.pk).update(**refused))
        expect(page.get_by_text("too large for us")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Refused", exact=True)).to_be_visible()
        assert complaints == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen_or_breaks_its_own_policy(live_server: Any, scheme: str, width: int) -> None:
    row = people.request("an-organisation-with-a-long-name/" + "a-model-with-a-very-long-name" * 2)
    with open_page(scheme, width) as (page, complaints):
        for path in ("", "requests/", f"requests/{row.pk}", "requests/new", "docs/operator", "docs/clients", "login"):
            page.goto(f"{live_server.url}/-/{path}")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert complaints == []
