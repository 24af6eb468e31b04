"""Names that are hard to quote, files without a byte, and more files than a page of a listing holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fakes import world

from .clients import Client, digests_of
from .running import RunningHub


def test_awkward_names_and_empty_files_arrive_under_their_own_names(
    client: Client, hub: RunningHub, homes: Iterator[Path]
) -> None:
    pulled = client.download(hub.url, next(homes), world.AWKWARD)
    assert pulled.code == 0, pulled.words
    assert pulled.files(world.AWKWARD) == digests_of(world.awkward().head)


def test_each_awkward_name_can_be_asked_for_alone(client: Client, hub: RunningHub, homes: Iterator[Path]) -> None:
    repo, home = world.awkward(), next(homes)
    talk = client.talk(hub.url, home)
    try:
        for path, file in repo.head.files.items():
            found = talk.value(f"hub.hf_hub_download({repo.id!r}, {path!r})")
            assert Path(found).stat().st_size == file.size, path
        sizes = talk.value(f"{{path: fs.info('{repo.id}/' + path)['size'] for path in {sorted(repo.head.files)!r}}}")
    finally:
        talk.end()
    assert sizes == {path: file.size for path, file in repo.head.files.items()}


def test_a_tree_of_thousands_of_files_arrives_whole(client: Client, hub: RunningHub, homes: Iterator[Path]) -> None:
    pulled = client.download(hub.url, next(homes), world.MANY_FILES)
    assert pulled.code == 0, pulled.words[-2000:]
    assert pulled.files(world.MANY_FILES) == digests_of(world.many_files().head)
