"""The upstream misbehaves while a model comes in. What the client gets in the end is right, or it is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .clients import Client, digests_of
from .origin import Origin
from .running import RunningHub
from .shelf import MIB, faulty, made

SMALL_FILE = "part-00002"
HOPELESS = faulty("corrupt-always")
TROUBLES: dict[str, list[dict[str, Any]]] = {
    "rate-limited": [
        {"kind": "status", "status": 429, "retry_after": 1, "path": "api/models"},
        {"kind": "status", "status": 429, "retry_after": 2, "path": SMALL_FILE},
        {"kind": "status", "status": 429, "retry_after": 1, "origin": "cdn", "times": 2},
    ],
    "unavailable": [
        {"kind": "status", "status": 503, "path": "api/models", "times": 2},
        {"kind": "status", "status": 503, "path": SMALL_FILE, "times": 2},
        {"kind": "status", "status": 503, "origin": "cdn", "times": 2},
    ],
    "reset": [
        {"kind": "reset", "path": "/tree/"},
        {"kind": "reset", "path": SMALL_FILE, "after": 100},
        {"kind": "reset", "origin": "cdn", "after": 3 * MIB, "times": 2},
    ],
    "stalled": [
        {"kind": "stall", "path": SMALL_FILE, "after": 100, "seconds": 2},
        {"kind": "stall", "origin": "cdn", "after": MIB, "seconds": 2},
    ],
    "truncated": [
        {"kind": "truncate", "path": "/tree/"},
        {"kind": "truncate", "path": SMALL_FILE, "times": 2},
        {"kind": "truncate", "origin": "cdn", "after": 2 * MIB, "times": 2},
    ],
    "corrupt-once": [
        {"kind": "corrupt", "path": SMALL_FILE},
        {"kind": "corrupt", "origin": "cdn"},
    ],
    "range-ignored": [
        {"kind": "truncate", "origin": "cdn", "after": MIB},
        {"kind": "ignore-range", "origin": "cdn", "times": None},
    ],
    "login-page": [
        {"kind": "login-page", "path": "api/models"},
        {"kind": "login-page", "path": SMALL_FILE},
        {"kind": "login-page", "origin": "cdn", "times": 2},
    ],
    "expired": [
        {"kind": "truncate", "origin": "cdn", "after": MIB},
        {"kind": "expired", "times": 2},
    ],
}


@pytest.fixture(scope="module", autouse=True)
def hopeless(hub: RunningHub, origin: Origin) -> None:
    """A model that arrives corrupt each time. The hub tries it again and again while the other tests run."""
    origin.fault("corrupt", HOPELESS, origin="cdn", times=None)
    asked = hub.manage("mirror", HOPELESS, "--revision", "main")
    assert asked.returncode == 0, asked.stdout


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_pull_ends_with_the_right_bytes_although_the_upstream_was(
    newest: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path], trouble: str
) -> None:
    repo = faulty(trouble)
    for fault in TROUBLES[trouble]:
        origin.fault(repo=repo, **fault)
    pulled = newest.download(hub.url, next(homes), repo)
    met = {entry.fault for entry in origin.log(repo)}
    assert met >= {fault["kind"] for fault in TROUBLES[trouble]}
    assert pulled.code == 0, pulled.words
    assert pulled.files(repo) == digests_of(made(repo).head)


def test_bytes_that_stay_wrong_are_never_published_and_asking_again_mends_it_once_they_are_right(
    newest: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    failed = hub.manage("mirror", HOPELESS, "--revision", "main", "--wait")
    assert failed.returncode == 1, failed.stdout
    assert "sha256" in failed.stdout
    pulled = newest.download(hub.url, next(homes), HOPELESS)
    assert pulled.code == 1
    assert "sha256" in pulled.words
    origin.clear_faults()
    mended = hub.manage("mirror", HOPELESS, "--revision", "main", "--wait")
    assert mended.returncode == 0, mended.stdout
    pulled = newest.download(hub.url, next(homes), HOPELESS)
    assert pulled.code == 0, pulled.words
    assert pulled.files(HOPELESS) == digests_of(made(HOPELESS).head)
