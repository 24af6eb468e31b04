"""The main pages in Chinese, in a real browser: they fit a desk and a phone, and axe has nothing to mend."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import people
from tests.web.browser import visiting
from tests.web.chinese import REPO, fill

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SHOWN = {
    "search": "/-/?q=embedding",
    "repo": REPO,
    "about": f"{REPO}/about",
    "request-new": "/-/requests/new",
    "review": "/-/review",
    "transfers": "/-/transfers?hold=1",
    "storage": "/-/storage",
    "upstreams": "/-/upstreams",
    "setup": "/-/setup",
    "tokens": "/-/tokens",
}


def test_the_main_pages_look_right_in_chinese(live_server: Any) -> None:
    adam = people.person("adam")
    wanted = fill(adam)
    with visiting(live_server.url, user=adam, language="zh-CN") as visit:
        for name, address in {**SHOWN, "request": f"/-/requests/{wanted.pk}"}.items():
            visit.open(address)
            visit.page.wait_for_load_state("networkidle")
            expect(visit.page.locator("html")).to_have_attribute("lang", "zh-hans")
            visit.looks_right(f"zh-{name}", dark=False)
