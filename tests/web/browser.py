"""A real browser for tests of pages; skips with a reason where there is none, except in CI.

    def test_the_page_of_the_storage(live_server):
        paula = people.person("paula")
        with visiting(live_server.url, user=paula) as visit:
            visit.open("/-/storage")
            expect(visit.page.get_by_text("Held")).to_be_visible()
            visit.looks_right("storage")

Rows are written before `visiting` or in `meanwhile`: Playwright's event loop runs in the test's thread, where Django
takes no queries. Tests need `pytest.mark.django_db(transaction=True)`, as the hub is a thread of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from hub.accounts.models import User

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROOT = Path(__file__).resolve().parent.parent.parent
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
"""What axe looks at."""
DESK, PHONE = 1280, 390


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    if not found and os.environ.get("CI") == "true":
        pytest.fail("no chromium is installed, and CI has to have one")
    if not found:
        pytest.skip("no chromium is installed")
    return found


def screenshots() -> Path:
    """Where pictures of pages are kept, for people to look at."""
    folder = Path(os.environ.get("HUB_TEST_SCREENSHOTS") or ROOT / ".cache" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Visit:
    """A page open in a browser; `complaints` are what its console minded: errors, and breaches of the policy."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """`path` begins with a slash. The page has to be there."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None, path
        assert answer.ok, f"{path}: {answer.status}"

    def beside(self, language: str = "en") -> "Visit":
        """Somebody else at the same hub, whom it does not know yet; what their console minds counts here too."""
        browser = self.page.context.browser
        assert browser
        context = browser.new_context(color_scheme="light", viewport={"width": DESK, "height": 900}, locale=language)
        page = context.new_page()
        _listen(page, self.complaints)
        return Visit(page, self.url, self.complaints)

    def picture(self, name: str) -> Path:
        """The whole page, in the folder of screenshots."""
        path = screenshots() / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def looks_right(self, name: str, phone: bool = True, dark: bool = True) -> None:
        """The page as it stands is accessible, fits, and its console is silent: on a desk, dark, and on a phone.
        A picture is kept of each as `name-light`, `name-dark`, `name-phone`."""
        self._looks_right(f"{name}-light")
        if dark:
            self.page.emulate_media(color_scheme="dark")
            self._looks_right(f"{name}-dark")
            self.page.emulate_media(color_scheme="light")
        if phone:
            desk = self.page.viewport_size
            self.page.set_viewport_size({"width": PHONE, "height": 844})
            self._looks_right(f"{name}-phone")
            self.page.set_viewport_size(desk or {"width": DESK, "height": 900})

    def _looks_right(self, name: str) -> None:
        self.picture(name)
        assert_accessible(self.page, name)
        assert_fits(self.page, name)
        assert self.complaints == [], f"{name}: {self.complaints}"


@contextmanager
def visiting(
    url: str,
    user: User | None = None,
    scheme: str = "light",
    width: int = DESK,
    language: str = "en",
    scripts: bool = True,
) -> Iterator[Visit]:
    """A browser at the hub of `url`, in which `user` is logged in. `language` is what it asks for ("zh-CN"), and
    without `scripts` it runs none. Ends clean: no console complaint may be left."""
    program, complaints = chromium(), list[str]()
    cookies = _logged_in(url, user) if user else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=QUIET)
        context = browser.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            locale=language,
            java_script_enabled=scripts,
        )
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        _listen(page, complaints)
        yield Visit(page, url, complaints)
        browser.close()
    assert complaints == []


def assert_accessible(page: Page, name: str = "") -> None:
    """axe finds nothing to mend in the page as it stands, by WCAG 2.2 AA and its best practices."""
    found = Axe().run(page, options=RULES).response["violations"]
    # axe leaves empty style attributes behind, which htmx would copy, and the policy would mind.
    page.evaluate("document.querySelectorAll('[style=\"\"]').forEach((one) => one.removeAttribute('style'))")
    told = [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:5]]}" for one in found]
    assert not told, f"{name} {page.url}:\n" + "\n".join(told)


def assert_fits(page: Page, name: str = "") -> None:
    """Nobody has to scroll sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{name} {page.url} is {over} pixels too wide"


def _logged_in(url: str, user: User) -> list[dict[str, str]]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": url}]


def _listen(page: Page, complaints: list[str]) -> None:
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def _is_complaint(message: ConsoleMessage) -> bool:
    """htmx tells as an error, too, what it was asking for when a person left the page. Its `htmx:afterRequest` says
    nothing more: a request that fails has `htmx:sendError`, `htmx:timeout` or `htmx:responseError` of its own."""
    return message.type == "error" and not message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


@contextmanager
def open_page(scheme: str = "light", width: int = 1280) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console complained about."""
    program, complaints = chromium(), list[str]()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=QUIET)
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
        _listen(page, complaints)
        yield page, complaints
        browser.close()


def meanwhile(change: Callable[[], object]) -> None:
    """Changes rows while a page is open: Playwright's event loop runs in this thread, where Django takes no queries."""

    def changed() -> None:
        try:
            change()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as beside:
        beside.submit(changed).result()
