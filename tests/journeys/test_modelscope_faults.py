"""ModelScope misbehaves while a model comes in. What its client gets from the hub is right, or it is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .modelscope_clients import ModelScope, Place
from .modelscope_shelf import LARGE_FILE, faulty, made
from .origin import Origin
from .shelf import MIB

SMALL_FILE = "part-00002"
TROUBLES: dict[str, list[dict[str, Any]]] = {
    "rate-limited": [
        {"kind": "status", "status": 429, "retry_after": 1, "path": "repo/files"},
        {"kind": "status", "status": 429, "retry_after": 1, "path": SMALL_FILE},
        {"kind": "status", "status": 429, "retry_after": 1, "origin": "cdn"},
    ],
    "unavailable": [
        {"kind": "status", "status": 503, "path": "repo/files", "times": 2},
        {"kind": "status", "status": 503, "path": SMALL_FILE, "times": 2},
        {"kind": "status", "status": 503, "origin": "cdn", "times": 2},
    ],
    "cut": [
        {"kind": "truncate", "path": "repo/files"},
        {"kind": "truncate", "path": SMALL_FILE},
        {"kind": "reset", "origin": "cdn", "after": 3 * MIB, "times": 2},
    ],
    "corrupt": [
        {"kind": "corrupt", "path": SMALL_FILE},
        {"kind": "corrupt", "origin": "cdn"},
    ],
    "login-page": [
        {"kind": "login-page", "path": "repo/files"},
        {"kind": "login-page", "path": SMALL_FILE},
        {"kind": "login-page", "origin": "cdn"},
    ],
    "expired": [
        {"kind": "truncate", "origin": "cdn", "after": MIB},
        {"kind": "expired", "times": 2},
    ],
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_pull_ends_with_the_right_bytes_although_modelscope_was(
    newest_modelscope: ModelScope, place: Place, modelscope_origin: Origin, homes: Iterator[Path], trouble: str
) -> None:
    repo = faulty(trouble)
    for fault in TROUBLES[trouble]:
        modelscope_origin.fault(repo=repo, **fault)
    pulled = newest_modelscope.download(place, next(homes), repo)
    met = {entry.fault for entry in modelscope_origin.log(repo)}
    modelscope_origin.clear_faults()
    assert met >= {fault["kind"] for fault in TROUBLES[trouble]}
    assert pulled.code == 0, pulled.words
    assert pulled.files == newest_modelscope.takes(made(repo).head)


def test_bytes_that_stay_wrong_never_reach_a_client(
    newest_modelscope: ModelScope, place: Place, modelscope_origin: Origin, homes: Iterator[Path]
) -> None:
    repo, home = faulty("corrupt-always"), next(homes)
    modelscope_origin.fault("corrupt", repo, origin="cdn", times=None)
    try:
        pulled = newest_modelscope.download(place, home, repo)
    finally:
        modelscope_origin.clear_faults()
    assert pulled.code != 0
    assert LARGE_FILE not in pulled.files
