"""The pages of a repo in a real browser: none is wider than its screen, breaks its own policy, or shuts people out."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hub.catalog.models import PullCount, Repo
from hub.index.models import Entry
from tests import people
from tests.catalog.published import publish
from tests.fakes import world
from tests.web import shown_repo
from tests.web.browser import visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BASE = "/-/repos/models/huggingface:acme/zoo"
TABS = {"card": "", "files": "/files", "revisions": "/revisions", "about": "/about"}
LOOKED_INTO = {
    "json": "config.json",
    "safetensors": "model.safetensors",
    "gguf": "model-q4.gguf",
    "parquet": "rows.parquet",
    "tokenizer": "tokenizer.json",
    "tokenizer-config": "tokenizer_config.json",
    "pickle": "weights.bin",
    "picture": "figures/pixel.png",
    "code": "modeling_zoo.py",
}


def pulled(repo: Repo) -> None:
    today = timezone.now().date()
    for ago in range(0, 28, 2):
        day = today - timedelta(days=ago)
        PullCount.objects.create(repo=repo, day=day, pulls=(ago * 7) % 23 + 1, files=40, bytes=9**9)


def test_the_tabs_of_a_repo_are_for_everybody_on_every_screen(live_server: Any) -> None:
    repo = shown_repo.published()
    pulled(repo)
    people.request("acme/zoo", "published", decision_reason="we need it")
    tabs = {**TABS, "compare": "/compare"}
    with visiting(live_server.url) as visit:
        for name, tab in tabs.items():
            visit.open(f"{BASE}{tab}")
            visit.looks_right(f"repo-{name}")


def test_what_is_inside_of_files_is_for_everybody_on_every_screen(live_server: Any) -> None:
    commit = shown_repo.published().refs.get(name="main").revision.commit
    with visiting(live_server.url) as visit:
        for name, path in LOOKED_INTO.items():
            visit.open(f"{BASE}/file/{commit}/{path}")
            visit.looks_right(f"repo-file-{name}")


def test_a_newcomer_reads_the_card_copies_a_command_and_looks_into_a_file(live_server: Any) -> None:
    shown_repo.published()
    with visiting(live_server.url) as visit:
        page = visit.page
        visit.open(BASE)
        expect(page.get_by_role("img", name="A pixel")).to_be_visible()
        assert page.get_by_role("img", name="A pixel").evaluate("image => image.naturalWidth") == 1
        page.locator(".repo-use .copy").first.click()
        expect(page.locator(".repo-use .copy").first).to_have_text("Copied")
        page.get_by_role("link", name="the settings").click()
        expect(page.get_by_text("hidden_size")).to_be_visible()
        page.get_by_role("navigation", name="Parts of this repo").get_by_role("link", name="Files").click()
        page.get_by_role("link", name="figures/").click()
        page.get_by_role("link", name="pixel.png", exact=True).click()
        expect(page.get_by_role("img", name="pixel.png")).to_be_visible()


def test_the_card_of_a_real_model_loads_nothing_from_elsewhere(live_server: Any, minilm_files: Path) -> None:
    publish(world.minilm(minilm_files))
    with visiting(live_server.url) as visit:
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        visit.open(f"/-/repos/models/{world.MINILM}")
        expect(visit.page.get_by_role("heading", name="all-MiniLM-L6-v2").first).to_be_visible()
        assert [url for url in asked if not url.startswith(live_server.url)] == []
        visit.looks_right("repo-minilm")


def test_everything_can_be_read_without_scripts(live_server: Any) -> None:
    shown_repo.published()
    with visiting(live_server.url, scripts=False) as visit:
        visit.open(BASE)
        visit.page.get_by_role("link", name="Files").first.click()
        visit.page.get_by_role("link", name="config.json", exact=True).click()
        expect(visit.page.get_by_text("hidden_size")).to_be_visible()


def test_the_page_of_what_is_only_listed_is_for_everybody(live_server: Any) -> None:
    Entry.objects.create(
        upstream=people.upstream(url="https://hub.example"),
        kind="model",
        namespace="Qwen",
        name="Qwen3-8B",
        key="qwen/qwen3-8b",
        summary="A language model of eight billion parameters that follows instructions.",
        task="text-generation",
        licence="apache-2.0",
        languages=["en", "zh"],
        tags=["chat", "qwen3"],
        base_models=["Qwen/Qwen3-8B-Base"],
        parameters=8_200_000_000,
    )
    with visiting(live_server.url) as visit:
        visit.open("/-/index/huggingface/models/Qwen/Qwen3-8B")
        visit.looks_right("entry")
        visit.page.get_by_role("link", name="Ask for it").click()
        expect(visit.page.locator("[name=repo_id]")).to_have_value("Qwen/Qwen3-8B")
