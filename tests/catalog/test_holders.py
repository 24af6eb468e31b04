"""Which held repos have some of these weights."""

import pytest
from django.db.models import Q

from hub.catalog.holders import holders_of
from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world

pytestmark = pytest.mark.django_db

FILES = {"a.safetensors": world.safetensors(64, seed=1), "b.safetensors": world.safetensors(256, seed=2)}


def weights() -> dict[str, int]:
    return {file.source.sha256: file.size for file in FakeRepo("acme/asked", FILES).head.files.values()}


def test_the_one_with_the_most_bytes_comes_first() -> None:
    publish(FakeRepo("house/some", {"other.safetensors": FILES["a.safetensors"], "config.json": "{}"}))
    publish(FakeRepo("house/both", FILES))
    publish(FakeRepo("house/none", {"c.safetensors": world.safetensors(64, seed=3)}))
    found = holders_of(weights())
    assert [(str(one.repo.repo_id), one.files) for one in found] == [("house/both", 2), ("house/some", 1)]
    assert found[0].bytes == sum(weights().values())


def test_what_is_not_published_or_is_left_out_does_not_count() -> None:
    publish(FakeRepo("house/both", FILES))
    publish(FakeRepo("acme/asked", FILES))
    assert [one.repo.key for one in holders_of(weights(), without=Q(key="acme/asked"))] == ["house/both"]
    Repo.objects.filter(key="house/both").update(held=False)
    assert holders_of(weights(), without=Q(key="acme/asked")) == []


def test_two_revisions_with_the_same_file_count_once() -> None:
    repo = FakeRepo("house/both", FILES)
    repo.branch("other")
    repo.commit({"config.json": "{}"}, "Other settings", branch="other")
    publish(repo)
    assert [(one.files, one.bytes) for one in holders_of(weights())] == [(2, sum(weights().values()))]
