from collections.abc import Iterator
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


@pytest.fixture
def no_broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.EMBEDDED, settings.BROKER_URL = False, "redis://:secret@127.0.0.1:1/0"
    monkeypatch.setattr(nudging, "_quiet", nudging._Quiet())
    yield
    nudging._sender.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_fails_nobody(no_broker: None, caplog: pytest.LogCaptureFixture) -> None:
    nudge("workers.look", 1)
    assert "the sweep will find the row" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_after_a_failure_nobody_rings_until_one_has_tried(no_broker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []

    def fail(task: str, arguments: object) -> None:
        rung.append(task)
        raise OSError

    monkeypatch.setattr(nudging, "_send", fail)
    for _ in range(3):
        nudge("workers.look", 1)
    assert len(rung) == 1
    monkeypatch.setattr(nudging, "QUIET_SECONDS", -1)
    nudging._quiet.begin()
    monkeypatch.setattr(nudging, "_send", lambda task, arguments: rung.append(task))
    nudge("workers.plan", 1)
    nudge("workers.plan", 2)
    assert rung[1:] == ["workers.plan", "workers.plan"]
