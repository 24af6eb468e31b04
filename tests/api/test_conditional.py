"""What a client has already is not sent again."""

from typing import Any

import pytest
from django.test import Client

from hub.catalog.models import Repo
from tests.api.conftest import ROOT
from tests.catalog.published import publish
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db


@pytest.fixture
def repo() -> Repo:
    return publish(FakeRepo("acme/tiny", {"README.md": "one", "a.txt": "a"}))


@pytest.fixture
def base(repo: Repo) -> str:
    return f"{ROOT}/repos/{repo.pk}/revisions/{repo.revisions.get().commit}/"


def test_every_read_of_what_is_held_has_an_etag_that_saves_the_next_one(client: Client, base: str, repo: Repo) -> None:
    for address in (f"{ROOT}/repos/", f"{ROOT}/repos/{repo.pk}/", base, f"{base}files/", f"{base}manifest/"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_a_change_gives_another_etag(client: Client, base: str, repo: Repo) -> None:
    before = client.get(f"{ROOT}/repos/{repo.pk}/")["ETag"]
    Repo.objects.update(pinned=True)
    answer = client.get(f"{ROOT}/repos/{repo.pk}/", headers={"If-None-Match": before})
    assert (answer.status_code, answer.json()["pinned"]) == (200, True)


def test_what_commits_alone_address_is_kept_for_good(client: Client, base: str, repo: Repo) -> None:
    commit = repo.revisions.get().commit
    for address in (
        f"{base}manifest/",
        f"{base}manifest.sha256",
        f"{ROOT}/repos/{repo.pk}/diff/?before={commit}&after={commit}",
    ):
        assert "immutable" in client.get(address)["Cache-Control"]


def test_what_may_change_is_asked_about_again(client: Client, base: str, repo: Repo) -> None:
    repo.revisions.get().files.filter(path="a.txt").update(blob=None)
    for address in (f"{base}manifest/", f"{base}files/", base, f"{ROOT}/repos/{repo.pk}/diff/?before=main"):
        assert client.get(address)["Cache-Control"] == "public, no-cache"


def test_shared_caches_keep_nothing_that_needs_an_account(
    client: Client, base: str, settings: Any, bearer: Any
) -> None:
    settings.ANONYMOUS_PULL = False
    answer = client.get(f"{base}manifest/", headers=bearer("nina"))
    assert answer["Cache-Control"].startswith("private")
    assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))
