"""Revisions, their files, manifests, and what differs between two."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from hub.blobs.stores import store
from hub.catalog.models import Repo
from tests.api.conftest import ROOT, refused
from tests.catalog.published import publish
from tests.fakes import FakeRepo, Synthetic, repo_file

pytestmark = pytest.mark.django_db

WEIGHTS = repo_file("model.safetensors", Synthetic(70_000, 3), lfs=True)


@pytest.fixture
def repo() -> Repo:
    fake = FakeRepo("acme/tiny", {"README.md": "one", "model.safetensors": WEIGHTS, "old.txt": "old"})
    publish(fake)
    fake.commit({"README.md": "two!", "model.safetensors": WEIGHTS, "new.txt": "new", "old.txt": None}, "Second")
    return publish(fake)


def commits(repo: Repo) -> list[str]:
    """The newest first."""
    return list(repo.revisions.order_by("-pk").values_list("commit", flat=True))


def test_a_repo_is_found_by_its_name_in_any_letter_case(client: Client, repo: Repo) -> None:
    told = client.get(f"{ROOT}/repos/huggingface/model/ACME/Tiny/").json()
    assert (told["id"], told["repo_id"]) == (repo.pk, "acme/tiny")
    assert {ref["name"]: ref["commit"] for ref in told["refs"]} == {"main": commits(repo)[0]}
    refused(client.get(f"{ROOT}/repos/huggingface/model/acme/none/"), 404, "RepoMissing")
    refused(client.get(f"{ROOT}/repos/huggingface/model/acme/a..b/"), 400, "BadName")


def test_revisions_are_listed_and_found_by_a_ref(client: Client, repo: Repo) -> None:
    rows = client.get(f"{ROOT}/repos/{repo.pk}/revisions/").json()["results"]
    assert [row["commit"] for row in rows] == commits(repo)
    (row,) = client.get(f"{ROOT}/repos/{repo.pk}/revisions/?ref=main").json()["results"]
    assert (row["commit"], row["refs"], row["title"]) == (commits(repo)[0], ["main"], "Second")


def test_one_revision_tells_its_totals(client: Client, repo: Repo) -> None:
    told = client.get(f"{ROOT}/repos/{repo.pk}/revisions/{commits(repo)[0]}/").json()
    size = sum(repo.revisions.get(commit=told["commit"]).files.values_list("size", flat=True))
    assert size > 70_000
    assert told["totals"] == {"files": 3, "bytes": size, "held_files": 3, "held_bytes": size}


def test_a_commit_that_is_not_published_is_not_there(client: Client, repo: Repo) -> None:
    newest = commits(repo)[0]
    repo.revisions.filter(commit=newest).update(published_at=None)
    for end in ("", "files/", "manifest/", "manifest.sha256"):
        refused(client.get(f"{ROOT}/repos/{repo.pk}/revisions/{newest}/{end}"), 404, "RevisionMissing")
    refused(client.get(f"{ROOT}/repos/{repo.pk}/revisions/{'f' * 40}/files/"), 404, "RevisionMissing")


def test_files_come_in_pages_with_digests(client: Client, repo: Repo) -> None:
    address: str | None = f"{ROOT}/repos/{repo.pk}/revisions/{commits(repo)[0]}/files/?limit=2"
    rows = []
    while address:
        told = client.get(address).json()
        rows += told["results"]
        address = told["next"]
    assert [row["path"] for row in rows] == ["README.md", "model.safetensors", "new.txt"]
    weights = rows[1]
    assert (weights["sha256"], weights["lfs"], weights["held"]) == (WEIGHTS.source.sha256, True, True)
    assert weights["verified_at"]
    assert weights["url"] == f"/acme/tiny/resolve/{commits(repo)[0]}/model.safetensors"


def test_files_are_chosen_by_path_and_by_whether_they_are_held(client: Client, repo: Repo) -> None:
    root = f"{ROOT}/repos/{repo.pk}/revisions/{commits(repo)[0]}/files/"
    repo.revisions.get(commit=commits(repo)[0]).files.filter(path="new.txt").update(blob=None)
    for query, found in (
        ("held=true", ["README.md", "model.safetensors"]),
        ("held=false", ["new.txt"]),
        ("under=REA", ["README.md"]),
        ("q=safe", ["model.safetensors"]),
    ):
        assert [row["path"] for row in client.get(f"{root}?{query}").json()["results"]] == found


def test_what_differs_between_two_revisions(client: Client, repo: Repo) -> None:
    newest, oldest = commits(repo)
    told = client.get(f"{ROOT}/repos/{repo.pk}/diff/?before={oldest}&after=main").json()
    assert told["counts"] == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert [change["path"] for sort in ("added", "changed", "removed") for change in told[sort]] == [
        "new.txt",
        "README.md",
        "old.txt",
    ]
    assert (told["changed"][0]["before"]["size"], told["changed"][0]["after"]["size"]) == (3, 4)
    assert (told["before"], told["after"]) == (oldest, newest)


def test_a_diff_of_what_is_not_there_is_refused(client: Client, repo: Repo) -> None:
    refused(client.get(f"{ROOT}/repos/{repo.pk}/diff/?before=nothing"), 404, "RevisionMissing")
    told = refused(client.get(f"{ROOT}/repos/{repo.pk}/diff/"), 400, "BadInput")
    assert [one["field"] for one in told["errors"]] == ["before"]


def test_the_manifest_lists_every_file_with_the_digest_of_its_bytes(client: Client, repo: Repo) -> None:
    told = client.get(f"{ROOT}/repos/{repo.pk}/revisions/{commits(repo)[0]}/manifest/").json()
    assert told["complete"]
    readme = next(file for file in told["files"] if file["path"] == "README.md")
    assert readme["sha256"] == hashlib.sha256(b"two!").hexdigest()
    assert readme["git_oid"] == hashlib.sha1(b"blob 4\0two!").hexdigest()
    assert all(file["verified"] for file in told["files"])


def test_the_text_is_what_sha256sum_checks(client: Client, repo: Repo, tmp_path: Path) -> None:
    newest = commits(repo)[0]
    repo.revisions.get(commit=newest).files.filter(path="new.txt").update(blob=None)
    answer = client.get(f"{ROOT}/repos/{repo.pk}/revisions/{newest}/manifest.sha256")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    (tmp_path / "sums").write_bytes(answer.content)
    for path in ("README.md", "model.safetensors"):
        sha256 = repo.revisions.get(commit=newest).files.get(path=path).blob.sha256
        (tmp_path / path).write_bytes(_bytes_of(sha256))
    run = subprocess.run(
        ["sha256sum", "-c", "--strict", "sums"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines() == ["README.md: OK", "model.safetensors: OK"]


def _bytes_of(sha256: str) -> bytes:
    with store().open(sha256) as stream:
        return stream.read()


@pytest.mark.usefixtures("closed")
def test_a_stranger_sees_nothing_of_it_where_pulls_need_an_account(client: Client, repo: Repo) -> None:
    newest = commits(repo)[0]
    for path in ("", "revisions/", f"revisions/{newest}/", f"revisions/{newest}/files/", "diff/?before=main"):
        refused(client.get(f"{ROOT}/repos/{repo.pk}/{path}"), 401, "TokenNeeded")
    refused(client.get(f"{ROOT}/repos/{repo.pk}/revisions/{newest}/manifest.sha256"), 401, "TokenNeeded")
    refused(client.get(f"{ROOT}/repos/huggingface/model/acme/tiny/"), 401, "TokenNeeded")
