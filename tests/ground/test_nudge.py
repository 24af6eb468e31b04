from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from hub import nudge as nudging
from hub.nudge import bell, nudge


@pytest.fixture(autouse=True)
def own_bell(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_only_after_commit() -> None:
    with transaction.atomic():
        nudge("workers.look", 1)
        assert not bell().exists()
    assert bell().exists()


@pytest.mark.django_db(transaction=True)
def test_a_rollback_rings_nothing() -> None:
    with transaction.atomic():
        nudge("workers.look", 1)
        transaction.set_rollback(True)
    assert not bell().exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_fails_nobody(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMBEDDED = False
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    nudge("workers.look", 1)
    assert "the sweep will find the row" in caplog.text
    nudging._sender.cache_clear()
