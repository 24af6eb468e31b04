from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world

Ask = Callable[..., Any]

NEWEST = "transformers/5.24.0; hf_hub/2.4.0; python/3.11"
OLDEST = "unknown/None; hf_hub/0.36.2; python/3.11"


@pytest.fixture
def tiny() -> FakeRepo:
    return world.tiny()


@pytest.fixture
def held_tiny(db: None, tiny: FakeRepo) -> Repo:
    return publish(tiny)


@pytest.fixture(autouse=True)
def own_data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.ANONYMOUS_PULL = True
    settings.EXTERNAL_URL = ""


@pytest.fixture
def ask() -> Ask:
    """Sends a request as it would be written on the wire: the target stays quoted as given, as gunicorn tells it."""
    client = Client(raise_request_exception=False)

    def _ask(target: str, method: str = "GET", body: bytes = b"", type: str = "", **headers: str) -> Any:  # noqa: A002
        path, _, query = target.partition("?")
        return client.generic(
            method,
            path,
            body,
            content_type=type or "application/octet-stream",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            QUERY_STRING=query,
            RAW_URI=target,
        )

    return _ask


def body_of(answer: Any) -> bytes:
    """The bytes, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
