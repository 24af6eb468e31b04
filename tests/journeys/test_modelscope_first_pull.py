"""A developer pulls with `modelscope download` what the hub has never seen, and later what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.services.nginx import TlsNginx

from .modelscope_clients import ModelScope, Place
from .modelscope_shelf import first_of, made
from .origin import Origin


def test_a_repo_that_the_hub_has_never_seen_ends_with_its_files(
    modelscope: ModelScope, place: Place, modelscope_origin: Origin, homes: Iterator[Path]
) -> None:
    repo = first_of(modelscope.version)
    assert modelscope_origin.log(repo) == []
    pulled = modelscope.download(place, next(homes), repo)
    assert pulled.code == 0, pulled.words
    assert pulled.files == modelscope.takes(made(repo).head)


def test_a_repo_that_is_held_needs_no_upstream(
    modelscope: ModelScope, place: Place, modelscope_origin: Origin, homes: Iterator[Path]
) -> None:
    repo = first_of(modelscope.version)
    first = modelscope.download(place, next(homes), repo)
    assert first.code == 0, first.words
    modelscope_origin.forget_log()
    again = modelscope.download(place, next(homes), repo)
    assert again.code == 0, again.words
    assert modelscope_origin.log() == []
    modelscope_origin.unplug()
    try:
        alone = modelscope.download(place, next(homes), repo)
    finally:
        modelscope_origin.replug()
    assert alone.code == 0, alone.words
    assert alone.files == again.files == modelscope.takes(made(repo).head)


def test_a_second_download_into_the_same_place_fetches_no_file(
    modelscope: ModelScope, place: Place, front: TlsNginx, homes: Iterator[Path]
) -> None:
    seen_by_nginx = Place(front.plain, front.url, place.root)
    repo, home = first_of(modelscope.version), next(homes)
    files = len(modelscope.takes(made(repo).head))
    for fetched in (files, 0):
        before = len(files_asked_for(front))
        pulled = modelscope.download(seen_by_nginx, home, repo)
        assert pulled.code == 0, pulled.words
        assert len(files_asked_for(front)) - before == fetched
    assert pulled.files == modelscope.takes(made(repo).head)


def files_asked_for(front: TlsNginx) -> list[str]:
    return [line for line in front.asked() if "/repo " in line.replace('"', " ")]
