"""What people do at the hub's pages in a real browser, whatever their language: elements are found by what they do."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.web.browser import Visit

from .running import ADMIN_PASSWORD

NEW_ADMIN_PASSWORD = "another-one-of-the-tests"
NEWCOMER, PASSWORD = "nina", "nina-likes-embeddings"


def log_in(visit: Visit, name: str, password: str) -> None:
    visit.open("/-/login?next=/-/")
    visit.page.locator("#id_username").fill(name)
    visit.page.locator("#id_password").fill(password)
    visit.page.locator("main form button").click()
    expect(visit.page.locator(".who .menu summary")).to_contain_text(name)


def change_password(visit: Visit, old: str = ADMIN_PASSWORD, new: str = NEW_ADMIN_PASSWORD) -> None:
    visit.open("/-/password")
    visit.page.locator("[name=old_password]").fill(old)
    visit.page.locator("[name=new_password1]").fill(new)
    visit.page.locator("[name=new_password2]").fill(new)
    visit.page.locator("main form button").click()
    expect(visit.page.locator(".messages .good")).to_be_visible()


def let_in(admin: Visit, name: str = NEWCOMER, password: str = PASSWORD) -> None:
    """Makes somebody without any rights of staff."""
    page = admin.page
    admin.open("/-/admin/accounts/user/add/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password1").fill(password)
    page.locator("#id_password2").fill(password)
    page.locator("[name=_save]").click()
    page.wait_for_url(re.compile(r"/user/\d+/change/"))


def narrow(page: Page, group: str, value: str) -> None:
    """Ticks one value of a filter, which may have to be unfolded first."""
    box = page.locator(f"[name={group}][value='{value}']")
    if not box.is_visible():
        page.locator(f"#filter-{group} > summary").click()
    box.check()
    expect(page.locator(".chips").first).to_contain_text(value)


def ask(page: Page) -> int:
    """Sends the form as it is; the number of the request."""
    page.locator("#ask button:not([name])").click()
    page.wait_for_url(re.compile(r"/-/requests/\d+$"))
    return int(page.url.rpartition("/")[2])


def speak_chinese(visit: Visit) -> None:
    visit.page.locator("button[name=language][value=zh-hans]").click()
    expect(visit.page.locator("html")).to_have_attribute("lang", "zh-hans")


def token_made_at(visit: Visit, name: str) -> str:
    """The text of a new token, as the page shows it this once."""
    visit.open("/-/tokens")
    visit.page.locator("[name=name]").fill(name)
    visit.page.locator("main form.card button").click()
    return visit.page.locator(".fresh pre code").first.inner_text().strip()
