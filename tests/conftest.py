"""What every test shares: the hub out there, its row, a store of its own, and somebody to ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.accounts.callers import Caller
from hub.accounts.tokens import forget_cached
from hub.catalog import pulls
from hub.catalog.memory import forget_everything
from hub.counters import forget_counters
from hub.index.expected import forget_counts
from hub.mirroring import figures
from hub.mirroring.kept import forget_kept
from hub.mirroring.survey import forget_trees
from hub.upstreams.limits import forget_limits
from hub.upstreams.models import Upstream
from tests.clients.install import MINILM
from tests.clients.needed import installed_or_skip
from tests.fakes import FakeHub, world


@pytest.fixture
def out_there() -> Iterator[FakeHub]:
    """A hub with the whole shared world in it."""
    with FakeHub() as hub:
        world.populate(hub, many=350)
        yield hub


@pytest.fixture
def upstream(db: None, out_there: FakeHub) -> Upstream:
    """The row that leads to `out_there`, without a token."""
    return Upstream.objects.create(slug="huggingface", kind="huggingface", url=out_there.url)


@pytest.fixture(scope="session")
def minilm_files() -> Path:
    """The real model's files, from its package."""
    installed_or_skip(MINILM)
    folder = world.minilm_dir()
    assert folder
    return folder


@pytest.fixture
def caller() -> Caller:
    return Caller(address="10.1.2.3", client="hf_hub/2.4.0")


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> str:
    """Every test keeps its bytes apart."""
    settings.STORE_URL = f"file://{tmp_path / 'blobs'}"
    return str(settings.STORE_URL)


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Rows of one test's database must not be remembered in the next, nor counted, and no thread writes behind a
    test's back."""
    forget_everything()
    forget_counters()
    forget_limits()
    forget_cached()
    forget_counts()
    forget_kept()
    forget_trees()
    figures.forget()
    pulls.write_by_hand()
