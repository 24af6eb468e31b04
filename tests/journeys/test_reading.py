"""What the clients' Python interfaces read of a repo: by every kind of revision, file by file and as listings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.fakes import FakeRepo, world

from .clients import Talk, digests_below, digests_of
from .running import RunningHub

TINY = world.tiny()
REVISIONS = {
    "main": TINY.head,
    "v1.0": TINY.tags["v1.0"],
    "dev/x": TINY.branches["dev/x"],
    "refs/pr/1": TINY.pull_requests[1],
    TINY.tags["v1.0"].oid: TINY.tags["v1.0"],
}


@pytest.fixture(scope="module", autouse=True)
def held(hub: RunningHub) -> None:
    """Every revision, so that what is listed does not depend on which test came first."""
    for revision in REVISIONS:
        hub.bring(world.TINY, revision)


@pytest.mark.parametrize("revision", REVISIONS, ids=["branch", "tag", "branch with a slash", "pull request", "commit"])
def test_a_file_and_a_snapshot_come_from_the_commit_that_the_revision_names(talk: Talk, revision: str) -> None:
    commit = REVISIONS[revision]
    path = Path(talk.value(f"hub.hf_hub_download({world.TINY!r}, 'config.json', revision={revision!r})"))
    assert path.parent.name == commit.oid
    assert hashlib.sha256(path.read_bytes()).hexdigest() == commit.files["config.json"].source.sha256
    folder = Path(talk.value(f"hub.snapshot_download({world.TINY!r}, revision={revision!r})"))
    assert folder.name == commit.oid
    assert digests_below(folder) == digests_of(commit)


def test_patterns_narrow_a_snapshot(talk: Talk, tmp_path: Path) -> None:
    where = f"allow_patterns=['*.json', 'notes/*'], local_dir={str(tmp_path)!r}"
    talk.value(f"hub.snapshot_download({world.TINY!r}, {where})")
    assert set(digests_below(tmp_path)) == {"config.json", "notes/changes.md"}


def test_the_facts_of_a_model_are_those_of_the_upstream(talk: Talk) -> None:
    facts = talk.value(
        f"(lambda info: [info.id, info.sha, info.pipeline_tag, info.library_name, info.card_data.license, info.gated,"
        f" info.private, sorted(one.rfilename for one in info.siblings)])(api.model_info({world.TINY!r}))"
    )
    files = sorted(TINY.head.files)
    assert facts == [world.TINY, TINY.head.oid, "text-generation", "transformers", "mit", False, False, files]
    blobs = talk.value(
        "{one.rfilename: [one.size, one.blob_id, one.lfs and one.lfs.sha256]"
        f" for one in api.model_info({world.TINY!r}, files_metadata=True).siblings}}"
    )
    known = TINY.head.files
    assert blobs == {
        path: [file.size, file.oid, file.source.sha256 if file.lfs else None] for path, file in known.items()
    }


def test_the_files_of_a_revision_are_listed(talk: Talk) -> None:
    assert sorted(talk.value(f"api.list_repo_files({world.TINY!r}, revision='v1.0')")) == sorted(
        REVISIONS["v1.0"].files
    )
    tree = talk.value(f"[one.path for one in api.list_repo_tree({world.TINY!r}, recursive=True)]")
    assert set(tree) == set(TINY.head.files) | {"notes", "tokenizer"}
    assert talk.value(f"[one.path for one in api.list_repo_tree({world.TINY!r}, 'tokenizer')]") == [
        "tokenizer/vocab.txt"
    ]


def test_single_paths_are_described_and_unknown_ones_left_out(talk: Talk) -> None:
    paths = "['model.safetensors', 'tokenizer', 'nowhere.bin']"
    found = talk.value(
        "{one.path: [one.size, one.blob_id, one.lfs.sha256] if hasattr(one, 'size') else one.tree_id"
        f" for one in api.get_paths_info({world.TINY!r}, {paths})}}"
    )
    model = TINY.head.files["model.safetensors"]
    assert found == {
        "model.safetensors": [model.size, model.oid, model.source.sha256],
        "tokenizer": TINY.head.directories["tokenizer"],
    }


def test_the_refs_that_are_held_are_listed(talk: Talk) -> None:
    refs = talk.value(
        "(lambda refs: [{one.name: one.target_commit for one in group}"
        f" for group in (refs.branches, refs.tags, refs.pull_requests)])"
        f"(api.list_repo_refs({world.TINY!r}, include_pull_requests=True))"
    )
    assert refs == [
        {name: commit.oid for name, commit in TINY.branches.items()},
        {name: commit.oid for name, commit in TINY.tags.items()},
        {"refs/pr/1": TINY.pull_requests[1].oid},
    ]


def test_the_history_is_the_upstreams(talk: Talk) -> None:
    commits = talk.value(f"[[one.commit_id, one.title] for one in api.list_repo_commits({world.TINY!r})]")
    assert commits == [[one.oid, one.message.partition("\n")[0]] for one in TINY.head.history]


def test_what_is_held_is_found_by_search_author_and_filter(talk: Talk) -> None:
    for query in ("search='tin'", "author='acme', search='tiny'", "filter='license:mit', search='tiny'"):
        assert talk.value(f"[one.id for one in api.list_models({query})]") == [world.TINY], query
    assert talk.value("[one.id for one in api.list_models(search='no such thing')]") == []


def test_questions_with_yes_or_no_are_answered_without_an_error(talk: Talk) -> None:
    answers = talk.value(
        f"[api.repo_exists({world.TINY!r}), api.revision_exists({world.TINY!r}, 'v1.0'),"
        f" api.file_exists({world.TINY!r}, 'config.json'), api.repo_exists('acme/never-was'),"
        f" api.revision_exists({world.TINY!r}, 'v9'), api.file_exists({world.TINY!r}, 'nowhere.bin')]"
    )
    assert answers == [True, True, True, False, False, False]
    assert talk.value(f"api.auth_check({world.TINY!r})") is None


def test_the_hubs_own_token_tells_who_asks(talk: Talk, hub: RunningHub) -> None:
    token = hub.manage("token", "admin").stdout.split()[-1]
    assert talk.value(f"api.whoami(token={token!r})['name']") == "admin"


def test_the_file_system_lists_opens_and_reads_a_range(talk: Talk) -> None:
    names = talk.value(f"fs.ls({world.TINY!r}, detail=False)")
    assert f"{world.TINY}/config.json" in names
    assert f"{world.TINY}/tokenizer" in names
    model = TINY.head.files["model.safetensors"].source
    path = f"{world.TINY}/model.safetensors"
    assert talk.value(f"list(fs.cat_file({path!r}, start=5, end=25))") == list(model.read(5, 20))
    opened = talk.value(f"(lambda file: [file.seek(1000), list(file.read(16))][1])(fs.open({path!r}, 'rb'))")
    assert opened == list(model.read(1000, 16))
    vocab = talk.value(f"fs.read_text('{world.TINY}@v1.0/tokenizer/vocab.txt')")
    assert vocab == "[UNK]\nhello\nworld"


@pytest.mark.parametrize(
    ("repo", "asked"),
    [
        (world.renamed(), world.RENAMED_FROM),
        (world.renamed(), "NewHouse/Moved"),
        (world.classic(), world.CLASSIC_FROM),
    ],
    ids=["renamed", "wrong letter case", "without an owner"],
)
def test_another_spelling_of_an_id_leads_to_the_repo(talk: Talk, repo: FakeRepo, asked: str) -> None:
    folder = Path(talk.value(f"hub.snapshot_download({asked!r})"))
    assert digests_below(folder) == digests_of(repo.head)
    assert talk.value(f"api.model_info({asked!r}).id") == repo.id
    again = Path(talk.value(f"hub.hf_hub_download({asked!r}, 'README.md')"))
    assert again.parent.name == repo.head.oid


def test_a_dataset_comes_in_as_a_model_does(talk: Talk) -> None:
    poems = world.dataset()
    folder = Path(talk.value(f"hub.snapshot_download({poems.id!r}, repo_type='dataset')"))
    assert digests_below(folder) == digests_of(poems.head)
    assert talk.value(f"api.dataset_info({poems.id!r}).sha") == poems.head.oid
    assert talk.value("[one.id for one in api.list_datasets(author='acme')]") == [poems.id]
    lines = talk.value(f"fs.read_text('datasets/{poems.id}/data/train.jsonl').splitlines()[:1]")
    assert lines == ['{"line": 0, "text": "Verse 0"}']
    converted = "'default/train/0000.parquet', repo_type='dataset', revision='refs/convert/parquet'"
    path = Path(talk.value(f"hub.hf_hub_download({poems.id!r}, {converted})"))
    assert path.stat().st_size == 20_000
