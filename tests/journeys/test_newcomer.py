"""A newcomer's way from an empty hub to a model on their disk, in a real browser and in both languages."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.fakes import FakeHub
from tests.fakes.modelscope import FakeModelScope
from tests.web.browser import Visit, visiting

from . import discovery_shelf
from .clients import Client, digests_below, digests_of, made_folder
from .discovery_shelf import HELD, LIBRARY, LICENCE, WANTED
from .people_at_pages import (
    NEWCOMER,
    PASSWORD,
    ask,
    change_password,
    let_in,
    log_in,
    narrow,
    speak_chinese,
    token_made_at,
)
from .processes import until
from .running import ADMIN_PASSWORD, RunningHub

RATE = 2 << 20
"""Bytes per second of each of the upstream's connections: slow enough to watch."""
WEIGHTS = "model.safetensors"


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """Everything here runs on one machine beside its own upstreams."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def new_hub(minilm_files: Path, tmp_path: Path) -> Iterator[RunningHub]:
    """Empty, with both hubs behind it, and authors to index. It wants to know who asks."""
    with (
        FakeHub(discovery_shelf.of_huggingface(minilm_files), rate=RATE) as huggingface,
        FakeModelScope(discovery_shelf.of_modelscope()) as modelscope,
    ):
        settings = {"MODELSCOPE_URL": modelscope.url, "INDEX_AUTHORS": discovery_shelf.AUTHORS, "INDEX_PAUSE": "1"}
        hub = RunningHub(tmp_path / "hub", huggingface.url, ANONYMOUS_PULL="off", **settings)
        try:
            hub.start()
            yield hub
        finally:
            hub.end()


def test_a_newcomer_finds_asks_for_watches_and_downloads_a_model(
    new_hub: RunningHub, newest: Client, minilm_files: Path, tmp_path: Path
) -> None:
    with visiting(new_hub.url) as admin:
        look_at_an_empty_hub(admin)
        crawl(new_hub)
        let_in(admin)
        newcomer = admin.beside()
        log_in(newcomer, NEWCOMER, PASSWORD)
        newcomer.looks_right("journey-welcome")
        find(newcomer)
        number = ask_after_a_look(newcomer)
        decide(admin, number)
        watch_it_arrive(newcomer, number)
        look_at_the_repo(newcomer, minilm_files)
        command = newcomer.page.locator(".snippet pre code").first.inner_text()
        token = token_made_at(newcomer, "my laptop")
        newcomer.looks_right("journey-tokens")
        pulled = run_as_a_person_would(newest, command, token, tmp_path / "home")
        assert pulled == digests_of(discovery_shelf.wanted(minilm_files).head)
        look_at_everything_else(newcomer, "journey")
        look_as_staff(admin, "journey")


def look_at_an_empty_hub(admin: Visit) -> None:
    log_in(admin, "admin", ADMIN_PASSWORD)
    change_password(admin)
    admin.open("/-/")
    expect(admin.page.locator(".check-line.unknown")).to_have_count(0)
    expect(admin.page.locator(".check-line:not(.good)")).to_have_count(0)
    admin.looks_right("journey-setup")


def crawl(hub: RunningHub) -> None:
    """The hub's worker has begun it by itself; the command ends when all of it is there."""

    def is_indexed() -> bool:
        done = hub.manage("index", "run")
        return done.returncode == 0 and "maple-ai" in hub.manage("index", "status").stdout

    until("everything is indexed", is_indexed)


def find(newcomer: Visit) -> None:
    page = newcomer.page
    page.locator("#q").press_sequentially("chinese embedding")
    page.keyboard.press("Enter")
    expect(page.locator(".result-name", has_text=WANTED)).to_be_visible()
    expect(page.locator(".result-name", has_text="tiny-chat")).to_have_count(0)
    newcomer.looks_right("journey-found")
    narrow(page, "licence", LICENCE)
    narrow(page, "library", LIBRARY)
    expect(page.locator(".result-name")).to_have_count(2)
    newcomer.looks_right("journey-narrowed")
    page.locator(".result-name", has_text=WANTED).click()
    page.wait_for_url(f"**/-/index/huggingface/**/{WANTED}")


def ask_after_a_look(newcomer: Visit) -> int:
    page = newcomer.page
    expect(page.locator("main .badge.warn").first).to_be_visible()  # What the rules would say.
    newcomer.looks_right("journey-entry")
    page.locator(".repo-head a.button").click()
    expect(page.locator("#dry-run .note.warn")).to_be_visible()
    expect(page.locator("#dry-run")).to_contain_text(LICENCE)
    page.locator("#dry-run details summary").click()
    expect(page.locator("#dry-run")).to_contain_text(WEIGHTS)
    newcomer.looks_right("journey-ask")
    number = ask(page)
    expect(page.locator(".standing .state.waiting")).to_be_visible()
    newcomer.looks_right("journey-waiting")
    return number


def decide(admin: Visit, number: int) -> None:
    page = admin.page
    admin.open("/-/review")
    expect(page.locator("table.queue")).to_contain_text(WANTED)
    expect(page.locator("table.queue")).to_contain_text(NEWCOMER)
    admin.looks_right("journey-review")
    page.locator(f"[name=pick][value='{number}']").check()
    page.locator("#reason").fill("for the search team, not to be sold")
    page.locator("[name=verb][value=approve]").click()
    expect(page.locator(".outcomes .badge.good")).to_be_visible()
    admin.picture("journey-decided")


def watch_it_arrive(newcomer: Visit, number: int) -> None:
    """Nobody reloads: the page follows by itself."""
    page = newcomer.page
    assert page.url.endswith(f"/-/requests/{number}")
    expect(page.locator(".standing .state.fetching")).to_be_visible()
    expect(page.locator(".standing progress")).to_have_attribute("value", re.compile(r"^[1-9]\d?$"))
    newcomer.picture("journey-fetching")
    expect(page.locator(".standing .state.published")).to_be_visible(timeout=180_000)
    expect(page.locator("main")).to_contain_text("for the search team")
    newcomer.looks_right("journey-published")
    page.locator(".standing a[href*='/-/repos/']").click()
    page.wait_for_url(re.compile(f"/repos/models/.*{WANTED}$"))


def look_at_the_repo(newcomer: Visit, minilm: Path) -> None:
    page = newcomer.page
    expect(page.locator(".readme table")).to_contain_text("78.4")
    newcomer.looks_right("journey-repo")
    for name in ("about", "revisions", "files"):
        page.locator(f".tabs a[href*='/{name}']").click()
        page.wait_for_url(f"**/{name}")
        newcomer.looks_right(f"journey-repo-{name}")
    for name in ("config.json", "tokenizer.json", WEIGHTS):
        page.locator("table.files").get_by_role("link", name=name, exact=True).click()
        shown = page.locator(".file-facts code").first.inner_text()
        if name == WEIGHTS:
            assert shown == hashlib.sha256((minilm / name).read_bytes()).hexdigest()
        newcomer.looks_right(f"journey-file-{name.split('.')[0]}")
        page.go_back()
    page.locator(".tabs a").first.click()


def run_as_a_person_would(client: Client, command: str, token: str, home: Path) -> dict[str, str]:
    """What the page says to type, with the token put where it says so; sha256 by path of what arrived."""
    assert "hf_..." in command, command
    folder = made_folder(home)
    done = subprocess.run(
        ["bash", "-ec", command.replace("hf_...", token)],
        env=client.environment("", home) | {"PATH": f"{client.folder / 'bin'}:/usr/bin:/bin"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout
    (snapshot,) = (home / "hub" / f"models--{WANTED.replace('/', '--')}" / "snapshots").iterdir()
    return digests_below(snapshot)


PAGES = {
    "search": "/-/?q=embedding",
    "requests": "/-/requests/",
    "all-requests": "/-/requests/?whose=all",
    "new-request": "/-/requests/new",
    "transfers": "/-/transfers",
    "storage": "/-/storage",
    "upstreams": "/-/upstreams",
    "stats": "/-/stats",
    "docs": "/-/docs/",
    "docs-clients": "/-/docs/clients",
    "my-tokens": "/-/tokens",
    "password": "/-/password",
}


def look_at_everything_else(visit: Visit, prefix: str, dark: bool = True) -> None:
    for name, path in PAGES.items():
        visit.open(path)
        visit.looks_right(f"{prefix}-{name}", dark=dark)


def look_as_staff(visit: Visit, prefix: str, dark: bool = True) -> None:
    for name, path in {"transfers-staff": "/-/transfers", "upstreams-staff": "/-/upstreams"}.items():
        visit.open(path)
        visit.looks_right(f"{prefix}-{name}", dark=dark)


def test_a_newcomer_who_reads_chinese_goes_the_same_way(new_hub: RunningHub) -> None:
    mirrored = new_hub.manage("mirror", f"huggingface:{HELD}", "--wait")
    assert mirrored.returncode == 0, mirrored.stdout
    crawl(new_hub)
    with visiting(new_hub.url) as admin:
        log_in(admin, "admin", ADMIN_PASSWORD)
        let_in(admin)
        newcomer = admin.beside(language="zh-CN")
        newcomer.open("/-/login?next=/-/")
        expect(newcomer.page.locator("html")).to_have_attribute("lang", "zh-hans")
        newcomer.looks_right("journey-zh-login", dark=False)
        log_in(newcomer, NEWCOMER, PASSWORD)
        page = newcomer.page
        newcomer.looks_right("journey-zh-home", dark=False)
        page.locator("#q").press_sequentially("中文 embedding")
        page.keyboard.press("Enter")
        narrow(page, "licence", LICENCE)
        newcomer.looks_right("journey-zh-found", dark=False)
        page.locator(".result-name", has_text=WANTED).click()
        page.wait_for_url(f"**/-/index/huggingface/**/{WANTED}")
        newcomer.looks_right("journey-zh-entry", dark=False)
        page.locator(".repo-head a.button").click()
        expect(page.locator("#dry-run .note.warn")).to_be_visible()
        newcomer.looks_right("journey-zh-ask", dark=False)
        number = ask(page)
        expect(page.locator(".standing .state.waiting")).to_be_visible()
        newcomer.looks_right("journey-zh-waiting", dark=False)
        decide_in_chinese(admin, number)
        expect(page.locator(".standing .state.published")).to_be_visible(timeout=180_000)
        newcomer.looks_right("journey-zh-published", dark=False)
        page.locator(".standing a[href*='/-/repos/']").click()
        expect(page.locator(".readme")).to_contain_text("它把句子变成向量")
        for number_of_tab in range(page.locator(".tabs a").count()):
            page.locator(".tabs a").nth(number_of_tab).click()
            newcomer.looks_right(f"journey-zh-repo-{number_of_tab}", dark=False)
        token_made_at(newcomer, "我的电脑")
        newcomer.looks_right("journey-zh-tokens", dark=False)
        look_at_everything_else(newcomer, "journey-zh", dark=False)
        look_as_staff(admin, "journey-zh", dark=False)


def decide_in_chinese(admin: Visit, number: int) -> None:
    admin.open("/-/setup")
    speak_chinese(admin)
    expect(admin.page.locator(".check-line.unknown")).to_have_count(0)
    admin.looks_right("journey-zh-setup", dark=False)
    admin.open("/-/review")
    admin.looks_right("journey-zh-review", dark=False)
    admin.open(f"/-/requests/{number}")
    admin.looks_right("journey-zh-request-decide", dark=False)
    admin.page.locator("#reason").fill("给搜索组使用")
    admin.page.locator("[name=verb][value=approve]").click()
    expect(admin.page.locator("[name=verb]")).to_have_count(0)
