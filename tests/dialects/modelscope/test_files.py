"""The listing of a model's files, as clients of every generation read it."""

import hashlib

import pytest

from hub.catalog.models import Repo
from tests.catalog.published import publish, publish_commit
from tests.dialects.conftest import Ask
from tests.dialects.modelscope.conftest import FILES, MODEL, NEW, by_path, tell_last_commits
from tests.fakes import FakeRepo, world

pytestmark = pytest.mark.django_db


def test_every_file_has_every_field(ask: Ask, from_modelscope: Repo, tiny: FakeRepo) -> None:
    entry = by_path(ask(FILES))["tokenizer/vocab.txt"]
    file, first = tiny.head.files["tokenizer/vocab.txt"], tiny.tags["v1.0"]
    assert entry == {
        "Name": "vocab.txt",
        "Path": "tokenizer/vocab.txt",
        "Type": "blob",
        "Mode": "33188",
        "Size": file.size,
        "Sha256": file.source.sha256,
        "IsLFS": False,
        "Revision": first.oid,
        "CommittedDate": int(first.date.timestamp()),
        "CommitMessage": "initial commit",
        "CommitterName": "acme",
        "InCheck": False,
    }


def test_folders_are_entries_too_and_were_touched_with_the_newest_of_their_files(
    ask: Ask, db: None, tiny: FakeRepo
) -> None:
    tiny.commit({"tokenizer/merges.txt": "m\n"}, "Add merges")
    repo = publish(tiny, family="modelscope", only=["v1.0", "main"])
    tell_last_commits(repo, tiny)
    folders = {path: entry for path, entry in by_path(ask(FILES)).items() if entry["Type"] == "tree"}
    assert {path: entry["Revision"] for path, entry in folders.items()} == {
        "notes": tiny.head.parents[0].oid,
        "tokenizer": tiny.head.oid,
    }
    assert {(one["Size"], one["Mode"], one["Sha256"], one["IsLFS"]) for one in folders.values()} == {
        (0, "16384", "", False)
    }


@pytest.mark.parametrize("family", ["huggingface", "modelscope"])
def test_the_sha256_is_of_the_content_whichever_hub_the_file_is_from(ask: Ask, tiny: FakeRepo, family: str) -> None:
    publish(tiny, family=family)
    told = {path: one["Sha256"] for path, one in by_path(ask(FILES)).items() if one["Type"] == "blob"}
    content = {path: file.source.read(0, file.size) for path, file in tiny.head.files.items()}
    assert told == {path: hashlib.sha256(data).hexdigest() for path, data in content.items()}


@pytest.mark.parametrize("family", ["huggingface", "modelscope"])
def test_what_lies_in_lfs_is_told(ask: Ask, tiny: FakeRepo, family: str) -> None:
    publish(tiny, family=family)
    assert [path for path, one in by_path(ask(FILES)).items() if one["IsLFS"]] == ["model.safetensors"]


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("", ["notes", "tokenizer", "README.md", "config.json", "model.safetensors"]),
        ("Recursive=False", ["notes", "tokenizer", "README.md", "config.json", "model.safetensors"]),
        ("Root=&Recursive=false", ["notes", "tokenizer", "README.md", "config.json", "model.safetensors"]),
        ("Root=/tokenizer", ["tokenizer/vocab.txt"]),
        ("Root=tokenizer/&Recursive=True", ["tokenizer/vocab.txt"]),
        (
            "Root=%2F&Recursive=true",
            [
                "notes",
                "tokenizer",
                "README.md",
                "config.json",
                "model.safetensors",
                "notes/changes.md",
                "tokenizer/vocab.txt",
            ],
        ),
    ],
)
def test_roots_and_recursion(ask: Ask, held_tiny: Repo, query: str, paths: list[str]) -> None:
    assert sorted(by_path(ask(f"{MODEL}/repo/files?{query}"))) == sorted(paths)


@pytest.mark.parametrize("root", ["nothing", "config.json", "..", "%2e%2e/x"])
def test_a_root_that_is_no_folder_is_missing(ask: Ask, held_tiny: Repo, root: str) -> None:
    answer = ask(f"{MODEL}/repo/files?Root={root}")
    assert (answer.status_code, answer.json()["Success"]) == (404, False)
    assert "Data" not in answer.json()


def test_the_newest_commit_is_told_whole(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    latest = ask(FILES).json()["Data"]["LatestCommitter"]
    assert (latest["Id"], latest["ShortId"], latest["Title"]) == (tiny.head.oid, tiny.head.oid[:8], "Add notes")


def test_thousands_of_files_come_at_once(ask: Ask, db: None) -> None:
    publish(world.many_files(3200))
    told = ask("/api/v1/models/acme/many-files/repo/files?Recursive=True", User_Agent=NEW).json()["Data"]["Files"]
    assert len([one for one in told if one["Type"] == "blob"]) == 3200
    inside = ask("/api/v1/models/acme/many-files/repo/files?Root=shard-007").json()["Data"]["Files"]
    assert len(inside) == 100


def test_the_revision_of_a_file_stays_when_a_new_commit_leaves_it_alone(ask: Ask, db: None, tiny: FakeRepo) -> None:
    before = tiny.tags["v1.0"]
    publish_commit(tiny, before)
    publish(tiny, only=["main"])
    told = by_path(ask(FILES))
    assert told["config.json"]["Revision"] == before.oid
    assert told["notes/changes.md"]["Revision"] == tiny.head.oid
    assert told["config.json"]["CommitMessage"] == "initial commit"


def test_a_file_that_was_left_out_and_has_no_digest_is_listed_without_one(ask: Ask, tiny: FakeRepo) -> None:
    publish(tiny, left_out=["config.json", "model.safetensors"])
    told = by_path(ask(FILES))
    assert "Sha256" not in told["config.json"]
    assert told["config.json"]["Size"] == tiny.head.files["config.json"].size
    assert told["model.safetensors"]["Sha256"] == tiny.head.files["model.safetensors"].source.sha256
