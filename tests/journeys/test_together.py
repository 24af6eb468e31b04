"""Many developers want the same new model in the same minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .clients import Client, digests_of, ended
from .origin import Origin
from .running import RunningHub
from .shelf import TOGETHER, made

DEVELOPERS = 8


def test_eight_cold_pulls_at_once_cost_the_upstream_one_copy(
    newest: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    begun = [newest.begin_download(hub.url, next(homes), TOGETHER) for _ in range(DEVELOPERS)]
    for pulled in [ended(one) for one in begun]:
        assert pulled.code == 0, pulled.words
        assert pulled.files(TOGETHER) == digests_of(made(TOGETHER).head)
    sent = [entry for entry in origin.log(TOGETHER) if entry.method == "GET" and entry.status in (200, 206)]
    contents = [entry for entry in sent if entry.origin == "cdn" or "/group-" in entry.path]
    size = sum(file.size for path, file in made(TOGETHER).head.files.items() if path.startswith("group-"))
    assert sum(entry.sent for entry in contents) == size
