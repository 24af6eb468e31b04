"""Two hubs, two clients, the same bytes: what came from either is served to both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeRepo

from . import modelscope_shelf, shelf
from .clients import Client, digests_of
from .modelscope_clients import ModelScope, Place
from .origin import Origin
from .running import RunningHub

FROM_MODELSCOPE = (f"modelscope:{modelscope_shelf.ONLY_HERE}", modelscope_shelf.made(modelscope_shelf.ONLY_HERE))
FROM_HUGGINGFACE = (f"huggingface:{shelf.DELIVERED}", shelf.made(shelf.DELIVERED))
WAYS = {"held from modelscope": FROM_MODELSCOPE, "held from huggingface": FROM_HUGGINGFACE}


@pytest.fixture(scope="module", params=WAYS)
def held(request: pytest.FixtureRequest, both: RunningHub) -> FakeRepo:
    name, repo = WAYS[request.param]
    done = both.manage("mirror", name, "--wait")
    assert done.returncode == 0, done.stdout
    return repo


def test_both_clients_get_the_same_bytes_of_a_repo_that_is_held_from_one_hub(
    held: FakeRepo, modelscope: ModelScope, client: Client, both: RunningHub, place: Place, homes: Iterator[Path]
) -> None:
    by_theirs = modelscope.download(place, next(homes), held.id)
    assert by_theirs.code == 0, by_theirs.words
    by_ours = client.download(both.url, next(homes), held.id)
    assert by_ours.code == 0, by_ours.words
    assert by_ours.files(held.id) == digests_of(held.head)
    assert by_theirs.files == modelscope.takes(held.head)


def test_each_client_takes_the_branch_that_it_is_used_to(
    held: FakeRepo, newest_modelscope: ModelScope, newest: Client, both: RunningHub, place: Place, homes: Iterator[Path]
) -> None:
    for revision in ("main", "master", held.head.oid):
        by_theirs = newest_modelscope.download(place, next(homes), held.id, "--revision", revision)
        assert by_theirs.code == 0, by_theirs.words
        by_ours = newest.download(both.url, next(homes), held.id, "--revision", revision)
        assert by_ours.code == 0, by_ours.words
        assert by_ours.files(held.id) == by_theirs.files == digests_of(held.head)


def test_a_repo_that_is_held_is_served_by_both_dialects_while_both_hubs_are_gone(
    held: FakeRepo,
    newest_modelscope: ModelScope,
    newest: Client,
    both: RunningHub,
    place: Place,
    origin: Origin,
    modelscope_origin: Origin,
    homes: Iterator[Path],
) -> None:
    for one in (origin, modelscope_origin):
        one.unplug()
    try:
        by_theirs = newest_modelscope.download(place, next(homes), held.id)
        by_ours = newest.download(both.url, next(homes), held.id)
    finally:
        for one in (origin, modelscope_origin):
            one.replug()
    assert by_theirs.code == 0, by_theirs.words
    assert by_ours.code == 0, by_ours.words
    assert by_theirs.files == by_ours.files(held.id) == digests_of(held.head)
