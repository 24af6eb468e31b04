"""Lists, details, trees, refs and commits."""

from __future__ import annotations

import json
import re

import pytest

from tests.fakes import FakeHub, FakeRepo, User, world

from .asking import Answer, ask

TREE = f"/api/models/{world.TINY}/tree"


def pages(url: str, user: User | None = None) -> list[Answer]:
    """All pages, each found by the Link of the one before."""
    answers = []
    while url:
        answers.append(ask(url, user=user))
        link = re.fullmatch(r'<(http://.+)>; rel="next"', answers[-1]["Link"])
        url = link.group(1) if link else ""
    return answers


def test_a_tree_lists_directories_first_and_stays_at_its_level(hub: FakeHub) -> None:
    entries = ask(f"{hub.url}{TREE}/main").json
    assert [entry["type"] for entry in entries] == ["directory", "directory", "file", "file", "file"]
    assert [entry["path"] for entry in ask(f"{hub.url}{TREE}/main/tokenizer").json] == ["tokenizer/vocab.txt"]


def test_a_recursive_tree_is_paged_by_absolute_links_until_it_is_complete() -> None:
    with FakeHub([world.many_files(350)], tree_page=100) as hub:
        found = pages(f"{hub.url}/api/models/{world.MANY_FILES}/tree/main?recursive=true&expand=false")
        assert len(found) == 4
        paths = [entry["path"] for answer in found for entry in answer.json if entry["type"] == "file"]
        assert sorted(paths) == sorted(hub.repo(world.MANY_FILES).head.files)


def test_a_limit_sets_the_size_of_a_page_and_stays_in_the_link(hub: FakeHub) -> None:
    answer = ask(f"{hub.url}{TREE}/main?limit=2&recursive=True")
    assert len(answer.json) == 2
    assert f"{TREE}/main?limit=2&recursive=True&cursor=" in answer["Link"]


def test_expand_adds_the_last_commit_of_each_path(hub: FakeHub) -> None:
    entries = {entry["path"]: entry for entry in ask(f"{hub.url}{TREE}/main?recursive=1&expand=1").json}
    assert entries["config.json"]["lastCommit"]["title"] == "initial commit"
    assert entries["notes/changes.md"]["lastCommit"]["title"] == "Add notes"
    assert entries["config.json"]["securityFileStatus"]["status"] == "safe"


def test_a_missing_folder_and_a_missing_revision_are_told_apart(hub: FakeHub) -> None:
    folder, revision = ask(f"{hub.url}{TREE}/main/none"), ask(f"{hub.url}{TREE}/none")
    assert (folder.status, folder["X-Error-Code"]) == (404, "EntryNotFound")
    assert (revision.status, revision["X-Error-Code"]) == (404, "RevisionNotFound")


@pytest.mark.parametrize("as_json", [True, False])
def test_paths_info_tells_of_files_and_folders_and_leaves_out_the_rest(hub: FakeHub, as_json: bool) -> None:
    paths = ["config.json", "tokenizer", "none"]
    form = "&".join(f"paths={path}" for path in paths).encode()
    body = json.dumps({"paths": paths, "expand": False}).encode() if as_json else form
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    answer = ask(f"{hub.url}/api/models/{world.TINY}/paths-info/main", "POST", body=body, Content_Type=kind)
    assert [(entry["path"], entry["type"]) for entry in answer.json] == [
        ("config.json", "file"),
        ("tokenizer", "directory"),
    ]


def test_refs_tell_branches_tags_converts_and_pull_requests_when_asked(hub: FakeHub) -> None:
    refs = ask(f"{hub.url}/api/models/{world.TINY}/refs").json
    assert [ref["name"] for ref in refs["branches"]] == ["main", "dev/x"]
    assert [ref["ref"] for ref in refs["tags"]] == ["refs/tags/v1.0"]
    assert "pullRequests" not in refs
    refs = ask(f"{hub.url}/api/models/{world.TINY}/refs?include_prs=1").json
    assert refs["pullRequests"][0]["targetCommit"] == hub.repo(world.TINY).pull_requests[1].oid
    refs = ask(f"{hub.url}/api/datasets/{world.DATASET}/refs").json
    assert refs["converts"][0]["ref"] == "refs/convert/parquet"


def test_commits_are_paged_by_number_and_counted(hub: FakeHub) -> None:
    found = pages(f"{hub.url}/api/models/{world.TINY}/commits/main?limit=1")
    assert [answer["X-Total-Count"] for answer in found] == ["2", "2"]
    assert [answer.json[0]["title"] for answer in found] == ["Add notes", "initial commit"]


def test_details_are_those_of_the_revision_asked_for(hub: FakeHub) -> None:
    head = ask(f"{hub.url}/api/models/{world.TINY}").json
    tag = ask(f"{hub.url}/api/models/{world.TINY}/revision/v1.0").json
    assert head["sha"] == hub.repo(world.TINY).head.oid
    assert {"rfilename": "notes/changes.md"} in head["siblings"]
    assert {"rfilename": "notes/changes.md"} not in tag["siblings"]
    assert "license:mit" in head["tags"]


def test_a_repository_without_a_licence_says_nothing_about_it(hub: FakeHub) -> None:
    data = ask(f"{hub.url}/api/models/{world.UNLICENSED}").json
    assert "cardData" not in data
    assert not [tag for tag in data["tags"] if tag.startswith("license:")]


def test_security_status_tells_of_unsafe_files() -> None:
    repo = FakeRepo("acme/pickles", {"bad.pkl": b"x"}, unsafe_files=["bad.pkl"])
    with FakeHub([repo]) as hub:
        status = ask(f"{hub.url}/api/models/acme/pickles?securityStatus=true").json["securityRepoStatus"]
        assert status["filesWithIssues"] == [{"path": "bad.pkl", "level": "unsafe"}]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=tiny", [world.TINY]),
        ("author=acme&sort=downloads&limit=1", [world.TINY]),
        ("filter=license:llama3", [world.GATED]),
        ("filter=transformers&filter=license:mit", [world.TINY]),
        ("pipeline_tag=text-generation&sort=downloads", [world.CLASSIC, world.GATED, world.TINY]),
        ("gated=true", [world.GATED]),
        ("search=nothing-like-this", []),
    ],
)
def test_a_listing_is_searched_filtered_and_sorted(hub: FakeHub, query: str, found: list[str]) -> None:
    assert [entry["id"] for entry in ask(f"{hub.url}/api/models?{query}").json] == found


def test_a_listing_is_paged_and_hides_what_is_private(hub: FakeHub, member: User) -> None:
    public = [entry["id"] for answer in pages(f"{hub.url}/api/models?limit=3") for entry in answer.json]
    assert len(public) == len(set(public)) == 7
    assert world.PRIVATE not in public
    mine = [entry["id"] for answer in pages(f"{hub.url}/api/models?limit=3", member) for entry in answer.json]
    assert sorted(mine) == sorted([*public, world.PRIVATE])


def test_datasets_and_models_are_kept_apart(hub: FakeHub) -> None:
    assert [entry["id"] for entry in ask(f"{hub.url}/api/datasets").json] == [world.DATASET]
    assert ask(f"{hub.url}/api/models/{world.DATASET}").status == 401


def test_every_answer_tells_what_is_left_of_the_budget(hub: FakeHub, member: User) -> None:
    for path, bucket, quota in (("/api/models", "api", 500), (f"/{world.TINY}/resolve/main/x", "resolvers", 3000)):
        answer = ask(hub.url + path)
        assert re.fullmatch(rf'"{bucket}";r=\d+;t=\d+', answer["RateLimit"])
        assert answer["RateLimit-Policy"] == f'"fixed window";"{bucket}";q={quota};w=300'
    assert "q=1000" in ask(f"{hub.url}/api/models", user=member)["RateLimit-Policy"]


def test_a_spent_budget_is_refused_where_limits_are_enforced() -> None:
    with FakeHub([world.tiny()], enforce_limits=True, quotas={"api": (2, 9)}) as hub:
        statuses = [ask(f"{hub.url}/api/models").status for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert int(ask(f"{hub.url}/api/models")["Retry-After"]) > 0
