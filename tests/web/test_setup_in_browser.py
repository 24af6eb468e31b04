"""The first day of a hub, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hub.mirroring.presence import sign_of_life
from hub.upstreams.models import Upstream
from tests import people
from tests.fakes import FakeHub
from tests.web.browser import visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_operator_sets_up_a_new_hub_and_asks_for_the_first_models(live_server: Any, out_there: FakeHub) -> None:
    oscar = people.person("oscar")
    people.upstream(url=out_there.url)
    Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:9")
    sign_of_life("host:1:0", "urgent", "")
    with visiting(live_server.url, user=oscar) as visit:
        page = visit.page
        visit.open("/-/")
        expect(page.locator("#check-upstream-huggingface")).to_contain_text("It answers")
        expect(page.locator("#check-upstream-modelscope")).to_contain_text("cannot be reached")
        expect(page.locator(".check-line.unknown")).to_have_count(0)
        visit.looks_right("setup")
        page.get_by_label("Qwen/Qwen3-0.6B", exact=True).check()
        page.get_by_label("BAAI/bge-m3", exact=True).check()
        page.get_by_role("button", name="Ask for what is ticked").click()
        expect(page.get_by_text("Asked for 2 repos.")).to_be_visible()
        expect(page.get_by_role("link", name="BAAI/bge-m3")).to_be_visible()
        visit.looks_right("setup-asked", phone=False)


def test_a_stranger_is_welcomed_by_a_new_hub_also_without_scripts(live_server: Any) -> None:
    with visiting(live_server.url) as visit:
        visit.open("/-/")
        expect(visit.page.get_by_role("heading", name="Open models, held here")).to_be_visible()
        visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.page.get_by_role("button", name="Copy: HF_ENDPOINT").click()
        expect(visit.page.get_by_text("Copied").first).to_be_visible()
        copied = visit.page.evaluate("navigator.clipboard.readText()")
        assert copied == f"export HF_ENDPOINT={live_server.url}"
        visit.looks_right("welcome")


def test_staff_look_at_everything_without_scripts(live_server: Any, out_there: FakeHub) -> None:
    vera = people.person("vera")
    people.upstream(url=out_there.url)
    with visiting(live_server.url, user=vera, scripts=False) as visit:
        visit.open("/-/setup")
        visit.page.get_by_role("link", name="Look now").first.click()
        expect(visit.page.locator("#check-upstream-huggingface")).to_contain_text("It answers")
        expect(visit.page.get_by_text("Not looked at yet.")).to_have_count(0)
