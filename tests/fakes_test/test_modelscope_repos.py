"""What the fake ModelScope tells about a repo: details, revisions, listings, commits."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.fakes import FakeModelScope, FakeRepo, Synthetic, User, world

from .asking import Answer, ask

TINY = f"/api/v1/models/{world.TINY}"
POEMS = f"/api/v1/datasets/{world.DATASET}"


def listing(scope: FakeModelScope, address: str = f"{TINY}/repo/files", **query: object) -> Answer:
    return ask(f"{scope.url}{address}?{urlencode(query)}")


def rows(scope: FakeModelScope, address: str = f"{TINY}/repo/files", **query: object) -> dict[str, dict[str, Any]]:
    return {row["Path"]: row for row in listing(scope, address, **query).json["Data"]["Files"]}


def test_the_details_of_a_model_come_from_its_card_and_its_config(scope: FakeModelScope) -> None:
    data = ask(scope.url + TINY).json["Data"]
    assert (data["Path"], data["Name"], data["Revision"]) == ("acme", "tiny", "master")
    assert (data["License"], data["ModelType"], data["Architectures"]) == ("mit", ["gpt2"], ["GPT2LMHeadModel"])
    assert (data["Visibility"], data["ProtectedMode"]) == (5, 2)


def test_a_dataset_is_also_known_by_its_number(scope: FakeModelScope) -> None:
    data = ask(scope.url + POEMS).json["Data"]
    assert isinstance(data["Id"], int)
    assert isinstance(data["Type"], int)
    assert rows(scope, f"/api/v1/datasets/{data['Id']}/repo/tree") == rows(scope, f"{POEMS}/repo/tree")


def test_the_main_branch_goes_by_the_name_of_master_only(scope: FakeModelScope) -> None:
    data = ask(f"{scope.url}{TINY}/revisions").json["Data"]["RevisionMap"]
    assert [row["Revision"] for row in data["Branches"]] == ["master", "dev/x"]
    assert [row["Revision"] for row in data["Tags"]] == ["v1.0"]
    assert all(isinstance(row["CreatedAt"], int) for row in data["Branches"] + data["Tags"])
    assert rows(scope, Revision="master") == rows(scope)
    assert listing(scope, Revision="main").json["Data"] == {"Files": None}


def test_the_commit_of_a_revision_is_only_told_on_request(scope: FakeModelScope) -> None:
    address = f"{scope.url}{TINY}/revisions"
    assert "CommitId" not in ask(address).json["Data"]["RevisionMap"]["Branches"][0]
    scope.quirks.revision_commits = True
    branch = ask(address).json["Data"]["RevisionMap"]["Branches"][0]
    assert branch["CommitId"] == scope.repo(world.TINY).head.oid


def test_tags_are_listed_newest_first(scope: FakeModelScope) -> None:
    scope.repo(world.TINY).tag("v2.0")
    tags = ask(f"{scope.url}{TINY}/revisions").json["Data"]["RevisionMap"]["Tags"]
    assert [row["Revision"] for row in tags] == ["v2.0", "v1.0"]


def test_every_file_has_the_digest_of_its_content_and_the_commit_that_last_touched_it(scope: FakeModelScope) -> None:
    repo = scope.repo(world.TINY)
    found = rows(scope, Recursive="True")
    for path, file in repo.head.files.items():
        row = found[path]
        assert row["Sha256"] == hashlib.sha256(file.source.read(0, file.size)).hexdigest()
        assert (row["Size"], row["IsLFS"], row["Mode"]) == (file.size, file.lfs, "33188")
    first, second = repo.tags["v1.0"].oid, repo.head.oid
    touched = {path: row["Revision"] for path, row in found.items()}
    assert (touched["config.json"], touched["notes/changes.md"], touched["notes"]) == (first, second, second)
    assert (found["notes"]["Type"], found["notes"]["Sha256"], found["notes"]["Size"]) == ("tree", "", 0)


def test_a_listing_is_of_one_level_unless_it_is_recursive(scope: FakeModelScope) -> None:
    top = {"README.md", "config.json", "model.safetensors", "tokenizer", "notes"}
    for root in ("", "/"):
        assert set(rows(scope, Root=root)) == top
    assert set(rows(scope, Recursive="true")) == top | {"tokenizer/vocab.txt", "notes/changes.md"}
    assert set(rows(scope, Root="notes", Recursive="True")) == {"notes/changes.md"}


def test_a_branch_a_tag_and_a_whole_commit_id_are_revisions(scope: FakeModelScope) -> None:
    repo = scope.repo(world.TINY)
    assert "notes" not in rows(scope, Revision="v1.0")
    assert rows(scope, Revision=repo.head.oid) == rows(scope)
    assert rows(scope, Revision="dev/x")["config.json"]["Revision"] == repo.branches["dev/x"].oid
    assert listing(scope, Revision=repo.head.oid[:12]).json["Data"] == {"Files": None}


def test_an_unknown_revision_is_an_error_where_it_is_told_to_be_one(scope: FakeModelScope) -> None:
    scope.quirks.unknown_revision = "404"
    answer = listing(scope, Revision="main")
    assert (answer.status, answer.json["Code"], answer.json["Success"]) == (404, 10990101004, False)


def test_a_directory_that_is_not_there_is_a_404(scope: FakeModelScope) -> None:
    answer = listing(scope, Root="nowhere")
    assert (answer.status, answer.json["Code"]) == (404, 10990101004)


def test_a_long_listing_ends_without_a_word(scope: FakeModelScope) -> None:
    files = {f"many/{number:04d}.txt": b"x" for number in range(3200)}
    scope.add(FakeRepo("acme/long", files))
    address = "/api/v1/models/acme/long/repo/files"
    assert len(rows(scope, address, Recursive="True")) == 3000
    assert len(rows(scope, address, Root="many")) == 3000
    scope.quirks.truncate_at = 0
    assert len(rows(scope, address, Recursive="True")) == 3201


@pytest.mark.parametrize("size", [1, 2, 100, 200])
def test_the_tree_of_a_dataset_comes_in_pages_of_exactly_the_size_asked_for(scope: FakeModelScope, size: int) -> None:
    scope.repo(world.DATASET, "dataset").commit({f"part-{number:03d}": b"x" for number in range(250)})
    pages = -(-254 // size)
    found: list[str] = []
    for number in range(1, pages + 1) if size > 2 else (1, pages):
        page = rows(scope, f"{POEMS}/repo/tree", Recursive="True", PageNumber=number, PageSize=size)
        assert len(page) == (size if number < pages else 254 - size * (pages - 1))
        found += page
    assert size <= 2 or sorted(found) == sorted(rows(scope, f"{POEMS}/repo/files", Recursive="True"))
    answer = listing(scope, f"{POEMS}/repo/tree", Recursive="True", PageNumber=pages + 1, PageSize=size).json
    assert (answer["Data"]["Files"], answer["TotalCount"]) == ([], 254)


def test_a_model_has_no_pages_of_a_tree(scope: FakeModelScope) -> None:
    assert listing(scope, f"{TINY}/repo/tree").status == 404


def test_a_page_of_a_tree_is_forbidden_for_once(scope: FakeModelScope) -> None:
    scope.quirks.tree_hiccups = 1
    first, second = ({"PageNumber": number, "PageSize": 2} for number in (1, 2))
    tree = f"{POEMS}/repo/tree"
    assert [listing(scope, tree, **page).status for page in (first, second, second)] == [200, 403, 200]


def test_commits_are_asked_for_by_ref_and_come_in_pages(scope: FakeModelScope) -> None:
    repo = scope.repo(world.TINY)
    answer = listing(scope, f"{TINY}/commits", Ref="dev/x", PageSize=1).json
    assert [row["Id"] for row in answer["Data"]["Commit"]] == [repo.branches["dev/x"].oid]
    assert answer["TotalCount"] == 3
    row = listing(scope, f"{TINY}/commits", Ref="master", PageSize=1, PageNumber=1).json["Data"]["Commit"][0]
    assert (row["ShortId"], row["Title"]) == (repo.head.oid[:8], "Add notes")
    assert row["Message"] == "Add notes\n\nThey tell what changed."


def test_commits_of_an_unknown_ref_are_null_and_a_misspelt_one_is_master(scope: FakeModelScope) -> None:
    answer = listing(scope, f"{TINY}/commits", Ref="main")
    assert (answer.status, answer.json["Data"]) == (200, {"Commit": None})
    rows = listing(scope, f"{TINY}/commits", Revision="dev/x").json["Data"]["Commit"]
    assert rows[0]["Id"] == scope.repo(world.TINY).head.oid


def test_the_listing_names_the_newest_commit_by_its_first_eight_digits(scope: FakeModelScope) -> None:
    head = scope.repo(world.TINY).head.oid
    committer = listing(scope).json["Data"]["LatestCommitter"]
    assert (committer["Id"], committer["ShortId"]) == ("", head[:8])
    scope.quirks.latest_id = True
    assert listing(scope).json["Data"]["LatestCommitter"]["Id"] == head


def test_a_listing_by_commit_may_lack_the_digests(scope: FakeModelScope) -> None:
    scope.quirks.sha256_of_commits = False
    head = scope.repo(world.TINY).head.oid
    assert {row["Sha256"] for row in rows(scope, Revision=head).values()} == {None}
    assert rows(scope, Revision="master")["config.json"]["Sha256"]


def test_ids_are_found_in_any_letter_case_unless_told_otherwise(scope: FakeModelScope) -> None:
    address = f"{scope.url}/api/v1/models/ACME/Tiny"
    assert ask(address).json["Data"]["Name"] == "tiny"
    scope.quirks.any_case = False
    assert ask(address).status == 404
    assert ask(scope.url + TINY).status == 200


def test_an_old_name_goes_on_working_without_a_redirect(scope: FakeModelScope) -> None:
    answer = ask(f"{scope.url}/api/v1/models/{world.RENAMED_FROM}")
    assert (answer.status, answer.json["Data"]["Path"]) == (200, "newhouse")


def test_the_extra_file_of_the_hub_is_there_where_a_repo_has_it(scope: FakeModelScope) -> None:
    scope.add(FakeRepo("acme/extra", {"configuration.json": '{"framework":"pytorch"}', "weights.bin": Synthetic(9)}))
    assert "configuration.json" in rows(scope, "/api/v1/models/acme/extra/repo/files")
    assert "configuration.json" not in rows(scope)


def test_the_region_is_not_known(scope: FakeModelScope) -> None:
    answer = ask(f"{scope.url}/api/v1/repos/internalAccelerationInfo")
    assert answer.json["Data"] == {"InternalRegionQueryAddress": ""}


def test_git_learns_the_refs_and_others_are_sent_away(scope: FakeModelScope) -> None:
    address = f"{scope.url}/{world.TINY}.git/info/refs?service=git-upload-pack"
    body = ask(address, user_agent="git/2.39").text
    repo = scope.repo(world.TINY)
    assert f"003f{repo.head.oid} refs/heads/master\n" in body
    assert f"{repo.tags['v1.0'].oid} refs/tags/v1.0\n" in body
    assert "refs/heads/main" not in body
    assert ask(address, user_agent="python-requests/2").status == 421


def test_nothing_can_be_written(scope: FakeModelScope, scope_member: User) -> None:
    answer = ask(f"{scope.url}/api/v1/models", "POST", user=scope_member, body=b"{}")
    assert (answer.status, answer.json["Success"]) == (403, False)
