import json
from typing import Any

import pytest

from hub.catalog.models import Repo, Revision
from tests.catalog.published import publish
from tests.dialects.conftest import Ask
from tests.fakes import FakeRepo, world

pytestmark = pytest.mark.django_db


def test_info_names_the_commit_and_every_file(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    told = ask("/api/models/acme/tiny").json()
    assert (told["id"], told["modelId"], told["sha"]) == ("acme/tiny", "acme/tiny", tiny.head.oid)
    assert told["siblings"] == [{"rfilename": path} for path in sorted(tiny.head.files)]
    assert (told["private"], told["gated"], told["disabled"]) == (False, False, False)
    assert told["lastModified"].endswith("Z")
    assert len(told["_id"]) == 24


def test_info_at_a_revision_and_with_blobs(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    told = ask("/api/models/acme/tiny/revision/v1.0?blobs=True&securityStatus=True").json()
    commit = tiny.tags["v1.0"]
    file = commit.files["model.safetensors"]
    entry = next(one for one in told["siblings"] if one["rfilename"] == "model.safetensors")
    assert told["sha"] == commit.oid
    assert entry["lfs"] == {"sha256": file.source.sha256, "size": file.size, "pointerSize": len(file.pointer)}
    assert told["securityRepoStatus"]["scansDone"] is False


@pytest.mark.parametrize("revision", ["HEAD", "main", "refs%2Fheads%2Fmain"])
def test_names_of_the_default_branch(ask: Ask, held_tiny: Repo, tiny: FakeRepo, revision: str) -> None:
    assert ask(f"/api/models/acme/tiny/revision/{revision}").json()["sha"] == tiny.head.oid


def test_expand_tells_what_was_asked_for_and_no_more(ask: Ask, held_tiny: Repo) -> None:
    told = ask("/api/models/acme/tiny?expand[]=tags&expand=likes&expand=inference&expand=nonsense").json()
    assert set(told) == {"_id", "id", "tags", "likes"}


def test_json_is_compact_and_without_a_word_of_xet(ask: Ask, held_tiny: Repo) -> None:
    Revision.objects.update(info={"xetEnabled": True, "id": "other/name", "likes": 3})
    for target in ("/api/models/acme/tiny?blobs=true", "/api/models/acme/tiny/tree/main?recursive=true&expand=true"):
        answer = ask(target)
        assert b"xet" not in answer.content.lower()
        assert b'": ' not in answer.content
        assert b", " not in answer.content
    assert not [name for name, _ in ask("/acme/tiny/resolve/main/model.safetensors").items() if "xet" in name.lower()]


def test_a_gated_repo_is_open_here_and_says_what_upstream_says(ask: Ask, db: None) -> None:
    publish(world.gated())
    told = ask("/api/models/meteor/llama-like-8b").json()
    assert (told["gated"], told["upstreamGated"]) == (False, "manual")


def test_dates_and_downloads_are_ours(ask: Ask, held_tiny: Repo) -> None:
    Revision.objects.update(info={"lastModified": "2024-01-31T10:20:30+00:00", "downloads": 999})
    Repo.objects.update(pulls=4)
    told = ask("/api/models/acme/tiny").json()
    assert (told["lastModified"], told["downloads"]) == ("2024-01-31T10:20:30.000Z", 4)


def test_trees_have_the_wire_shape(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    told = ask("/api/models/acme/tiny/tree/main").json()
    file = tiny.head.files["model.safetensors"]
    assert [entry["path"] for entry in told] == [
        "notes",
        "tokenizer",
        "README.md",
        "config.json",
        "model.safetensors",
    ]
    assert told[0] == {"type": "directory", "oid": tiny.head.directories["notes"], "size": 0, "path": "notes"}
    assert told[-1] == {
        "type": "file",
        "oid": file.oid,
        "size": file.size,
        "lfs": {"oid": file.source.sha256, "size": file.size, "pointerSize": len(file.pointer)},
        "path": "model.safetensors",
    }


def test_a_whole_tree_is_one_page_and_a_limit_makes_pages(ask: Ask, db: None) -> None:
    publish(world.many_files(2200))
    base = "/api/models/acme/many-files/tree/main?recursive=true"
    whole = ask(base)
    assert len(whole.json()) == 2200 + 22
    assert "Link" not in whole
    paths, target = [], f"{base}&limit=900"
    while target:
        page = ask(target, Host="hub.example:8000")
        paths += [entry["path"] for entry in page.json()]
        link = page.headers.get("Link", "")
        assert not link or link.startswith(
            "<http://hub.example:8000/api/models/acme/many-files/tree/main?recursive=true&limit=900&cursor="
        )
        assert not link or link.endswith('>; rel="next"')
        target = link[1:].partition(">")[0].removeprefix("http://hub.example:8000")
    assert paths == [entry["path"] for entry in whole.json()]


def test_links_are_on_the_address_that_people_see(ask: Ask, held_tiny: Repo, settings: Any) -> None:
    settings.EXTERNAL_URL = "https://models.example/hf"
    link = ask("/api/models/acme/tiny/tree/main?limit=1", Host="inside:8000")["Link"]
    assert link.startswith("<https://models.example/hf/api/models/acme/tiny/tree/main?limit=1&cursor=")


def test_folders(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    assert [one["path"] for one in ask("/api/models/acme/tiny/tree/main/tokenizer").json()] == ["tokenizer/vocab.txt"]
    missing = ask("/api/models/acme/tiny/tree/main/additional_chat_templates?recursive=false")
    assert (missing.status_code, missing["X-Error-Code"]) == (404, "EntryNotFound")
    assert missing["X-Repo-Commit"] == tiny.head.oid
    assert ask("/api/models/acme/tiny/treesize/main/tokenizer").json() == {"path": "tokenizer", "size": 17}


def test_paths_info_takes_forms_and_json(ask: Ask, held_tiny: Repo) -> None:
    target = "/api/models/acme/tiny/paths-info/main"
    form = ask(target, "POST", b"paths=config.json&paths=tokenizer&paths=no", "application/x-www-form-urlencoded")
    assert [(one["type"], one["path"]) for one in form.json()] == [("file", "config.json"), ("directory", "tokenizer")]
    for paths in ("config.json", ["config.json"]):
        answer = ask(target, "POST", json.dumps({"paths": paths, "expand": False}).encode(), "application/json")
        assert [one["path"] for one in answer.json()] == ["config.json"]
    assert ask(target, "POST", b"[", "application/json").status_code == 400


def test_refs_in_the_order_of_the_hub(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    told = ask("/api/models/acme/tiny/refs").json()
    assert list(told) == ["tags", "branches", "converts"]
    assert told["tags"] == [{"name": "v1.0", "ref": "refs/tags/v1.0", "targetCommit": tiny.tags["v1.0"].oid}]
    assert {one["name"] for one in told["branches"]} == {"main", "dev/x"}
    pulls = ask("/api/models/acme/tiny/refs?include_prs=1").json()["pullRequests"]
    assert [(one["name"], one["ref"]) for one in pulls] == [("refs/pr/1", "refs/pr/1")]
    publish(world.dataset())
    converts = ask("/api/datasets/acme/poems/refs").json()["converts"]
    assert [(one["name"], one["ref"]) for one in converts] == [("parquet", "refs/convert/parquet")]


def test_commits_are_counted_and_paged(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    answer = ask("/api/models/acme/tiny/commits/main?limit=1&expand[]=formatted")
    assert answer["X-Total-Count"] == "2"
    assert (
        answer["Link"]
        == '<http://testserver/api/models/acme/tiny/commits/main?limit=1&expand[]=formatted&p=1>; rel="next"'
    )
    (told,) = answer.json()
    assert (told["id"], told["title"], told["authors"]) == (tiny.head.oid, "Add notes", [{"user": "acme"}])
    assert told["date"].endswith("Z")
    assert told["formatted"]["title"] == "Add notes"
    assert ask("/api/models/acme/tiny/commits/main?limit=1&p=1").json()[0]["id"] == tiny.head.parents[0].oid


def test_auth_check(ask: Ask, held_tiny: Repo) -> None:
    assert ask("/api/models/acme/tiny/auth-check").content == b"OK"


def test_servers_that_only_tell_the_decoded_path_work_too(client: Any, held_tiny: Repo, tiny: FakeRepo) -> None:
    publish(world.awkward())
    answer = client.get("/api/models/acme/tiny/revision/refs%2Fpr%2F1")
    assert answer.json()["sha"] == tiny.pull_requests[1].oid
    assert client.head("/acme/awkward-names/resolve/main/100%2525.txt").status_code == 200
