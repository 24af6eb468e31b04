"""A real browser for tests of pages; skips with a reason where there is none, except in CI."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection
from playwright.sync_api import Page, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    if not found and os.environ.get("CI") == "true":
        pytest.fail("no chromium is installed, and CI has to have one")
    if not found:
        pytest.skip("no chromium is installed")
    return found


@contextmanager
def open_page(scheme: str = "light", width: int = 1280) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console complained about."""
    program, complaints = chromium(), list[str]()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=QUIET)
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
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
