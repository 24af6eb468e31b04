from typing import Any

import pytest
from django.test import Client

from hub.web import health

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
    assert answer.json() == {"ready": True, "parts": {"database": "ok", "migrations": "ok", "store": "ok"}}


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
    from django.db.migrations.recorder import MigrationRecorder

    monkeypatch.setattr(health, "_migrated", False)
    MigrationRecorder(connection).record_unapplied("blobs", "0001_initial")
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
