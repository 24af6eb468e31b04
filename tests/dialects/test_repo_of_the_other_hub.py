"""A repo that came from ModelScope, as clients of Hugging Face see it."""

from typing import Any

import pytest

from hub.digests import git_blob_id
from tests.catalog.published import publish
from tests.dialects.conftest import Ask, body_of
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(tiny: FakeRepo) -> FakeRepo:
    publish(tiny, only=["main"], family="modelscope")
    return tiny


def entries(ask: Ask) -> dict[str, Any]:
    return {entry["path"]: entry for entry in ask("/api/models/acme/tiny/tree/main?recursive=true").json()}


def test_its_words_are_those_of_this_wire(ask: Ask, held: FakeRepo) -> None:
    told = ask("/api/models/acme/tiny").json()
    assert (told["id"], told["sha"]) == ("acme/tiny", held.head.oid)
    assert not {"Id", "Path", "Name"} & set(told)
    assert told["cardData"]["license"] == held.card["license"]


def test_every_file_is_known_by_its_sha256(ask: Ask, held: FakeRepo) -> None:
    told = entries(ask)
    for path, file in held.head.files.items():
        pointer = ask(f"/acme/tiny/raw/main/{path}")
        assert told[path]["lfs"]["oid"] == file.source.sha256
        assert told[path]["oid"] == git_blob_id(pointer.content) == git_blob_id(file.pointer)
        assert told[path]["lfs"]["pointerSize"] == len(file.pointer)


def test_its_bytes_come_with_the_sha256_as_etag(ask: Ask, held: FakeRepo) -> None:
    for path, file in held.head.files.items():
        answer = ask(f"/acme/tiny/resolve/main/{path}")
        assert body_of(answer) == file.source.read(0, file.size)
        assert answer["ETag"] == answer["X-Linked-Etag"] == f'"{file.source.sha256}"'
        assert answer["X-Repo-Commit"] == held.head.oid
