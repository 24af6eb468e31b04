"""kill -9 at a page, for real: the process is gone, and the next one goes on there."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeHub
from tests.fakes.shelf import shelf
from tests.journeys.processes import ROOT, Running, until
from tests.journeys.running import RunningHub


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(list_page=10) as hub:
        hub.extend(shelf("acme", 60))
        yield hub


def test_a_crawl_that_is_killed_goes_on_at_its_page(hub: FakeHub, tmp_path: Path) -> None:
    ours = RunningHub(
        tmp_path, hub.url, INDEX="huggingface", INDEX_AUTHORS="acme", INDEX_KINDS="model", INDEX_PAUSE="0"
    )
    assert ours.manage("prepare").returncode == 0
    hub.requests.clear()
    # The fourth page never comes.
    hub.faults.add("stall", path="sort=", times=3, seconds=0)
    hub.faults.add("stall", path="sort=", seconds=600)
    crawl = Running("crawl", [sys.executable, ROOT / "manage.py", "index", "run"], ours.env, tmp_path / "crawl.log")
    try:
        until("the fourth page is asked for", lambda: len(hub.requests) == 4)
    finally:
        crawl.kill()
    asked = [entry.target for entry in hub.requests]
    hub.faults.clear()
    hub.requests.clear()
    told = ours.manage("index", "status").stdout
    assert "running: full, page 3" in told
    told = ours.manage("index", "run").stdout
    assert hub.requests[0].target == asked[3]
    assert "60 new" in told
    assert len(ours.manage("index", "export", "-").stdout.splitlines()) == 61
