from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.web import health
from tests import people

LIVE, READY = "/-/health/live", "/-/health/ready"


def test_live_asks_no_database(client: Client) -> None:
    # No database mark: a query would fail the test.
    answer = client.get(LIVE)
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_tells_about_every_part(client: Client) -> None:
    answer = client.get(READY)
    assert answer.status_code == 200
    parts = {"database": "ok", "migrations": "ok", "store": "ok"}
    assert answer.json() == {"ready": True, "parts": parts, "warnings": {}}


@pytest.mark.django_db
class TestWarnings:
    """What is held can be served without broker and worker, so a web process stays in the rotation."""

    @pytest.fixture(autouse=True)
    def asked_anew(self) -> Iterator[None]:
        health._warnings.forget()
        yield
        health._warnings.forget()

    def test_a_broker_that_is_down_is_told_and_the_hub_is_ready(self, client: Client, settings: Any) -> None:
        settings.EMBEDDED, settings.BROKER_URL = False, "redis://:secret@127.0.0.1:1/0"
        answer = client.get(READY)
        assert answer.status_code == 200
        assert "broker cannot be reached" in answer.json()["warnings"]["broker"]
        assert "secret" not in answer.content.decode()

    def test_work_that_nobody_takes_is_told_with_what_to_start(self, client: Client) -> None:
        people.request(state="new", changed_at=timezone.now() - timedelta(minutes=10))
        warning = client.get(READY).json()["warnings"]["workers"]
        assert "10 min" in warning
        assert "manage.py work" in warning

    def test_work_that_waits_while_a_worker_is_busy_is_no_warning(self, client: Client) -> None:
        people.request(state="new", changed_at=timezone.now() - timedelta(minutes=10))
        people.request(
            "acme/other", state="approved", lease_owner="x", lease_until=timezone.now() + timedelta(minutes=1)
        )
        assert client.get(READY).json()["warnings"] == {}


@pytest.mark.django_db
def test_a_store_that_cannot_be_written_is_not_ready_and_says_why(client: Client, settings: Any, tmp_path: Any) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.STORE_URL = f"file://{tmp_path / 'file' / 'blobs'}"
    answer = client.get(READY)
    assert answer.status_code == 503
    told = answer.json()
    assert told["ready"] is False
    assert told["parts"]["database"] == "ok"
    assert "file" in told["parts"]["store"]


@pytest.mark.django_db
def test_a_store_address_that_makes_no_sense_is_not_ready(client: Client, settings: Any) -> None:
    settings.STORE_URL = "ftp://elsewhere"
    assert "HUB_STORE_URL" in client.get(READY).json()["parts"]["store"]


@pytest.mark.django_db
def test_tables_of_another_version_are_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    monkeypatch.setattr(health, "_migrated", False)
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("blobs")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get(READY)
    assert answer.status_code == 503
    assert "manage.py prepare" in answer.json()["parts"]["migrations"]


def test_what_breaks_in_an_unknown_way_is_told_without_its_details() -> None:
    def broken() -> None:
        raise RuntimeError("postgres://user:secret@host")

    assert health.problem(broken) == "RuntimeError; the log of the hub says more"


@pytest.mark.parametrize("address", [LIVE, READY])
def test_health_is_only_read(address: str, client: Client) -> None:
    assert client.post(address).status_code == 405
