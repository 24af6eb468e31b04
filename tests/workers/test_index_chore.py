"""The chore that fills the index: a round, under the halt of its process."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.index.models import Crawl, Entry, Word
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.fakes.shelf import shelf
from workers.engine import chores
from workers.engine.halt import Halt


@pytest.fixture
def hub(db: None, settings: Any) -> Iterator[FakeHub]:
    settings.INDEX_AUTHORS, settings.INDEX_KINDS, settings.INDEX_PAUSE = ["acme"], ["model"], 0
    with FakeHub(list_page=10) as hub:
        hub.extend(shelf("acme", 25))
        Upstream.objects.create(slug="huggingface", kind="huggingface", url=hub.url)
        yield hub


def test_a_worker_fills_the_index_and_counts_it(hub: FakeHub) -> None:
    chores.index(Halt())
    assert Entry.objects.count() == 25
    assert Word.objects.exists()


def test_a_halted_worker_asks_nothing_and_leaves_the_crawl_to_others(hub: FakeHub) -> None:
    halt = Halt()
    halt.stop()
    chores.index(halt)
    assert len(hub.requests) == 0
    assert not Crawl.objects.exclude(lease_owner="").exists()


def test_without_a_scope_the_chore_does_nothing(hub: FakeHub, settings: Any) -> None:
    settings.INDEX_AUTHORS = []
    chores.index(Halt())
    assert len(hub.requests) == 0
    assert not Entry.objects.exists()
