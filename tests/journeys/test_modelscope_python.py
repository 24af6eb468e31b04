"""What the Python interfaces of ModelScope's clients read: revisions, listings, facts and searches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world

from .clients import Talk
from .modelscope_clients import ModelScope, Place, files_below
from .running import RunningHub

TINY = world.tiny()
POEMS = world.dataset()
SINCE_DATASETS = ("1.34.0", "1.37.1", "1.40.2")


@pytest.fixture(scope="module", autouse=True)
def held(both: RunningHub) -> None:
    """With its tag and its branch, so that what is listed does not depend on which test came first."""
    for revision in ("master", "v1.0", "dev/x"):
        done = both.manage("mirror", f"modelscope:{world.TINY}", "--revision", revision, "--wait")
        assert done.returncode == 0, done.stdout
    done = both.manage("mirror", f"modelscope:{POEMS.id}", "--kind", "dataset", "--wait")
    assert done.returncode == 0, done.stdout


def test_the_branch_is_what_a_snapshot_takes_and_the_tag_is_there_by_name(
    modelscope: ModelScope, modelscope_talk: Talk, tmp_path: Path
) -> None:
    """The oldest takes the tag in both cases, because it was there when that client was released."""
    head = TINY.tags["v1.0"] if modelscope.version == "1.20.1" else TINY.head
    for number, (words, commit) in enumerate([("", head), (", revision='v1.0'", TINY.tags["v1.0"])]):
        folder = tmp_path / str(number)
        modelscope_talk.value(f"snapshot_download({world.TINY!r}, local_dir={str(folder)!r}{words})")
        assert files_below(folder) == modelscope.takes(commit), words


def test_a_branch_with_a_slash_is_a_revision(modelscope: ModelScope, modelscope_talk: Talk, tmp_path: Path) -> None:
    modelscope_talk.value(f"snapshot_download({world.TINY!r}, revision='dev/x', local_dir={str(tmp_path)!r})")
    assert files_below(tmp_path) == modelscope.takes(TINY.branches["dev/x"])


def test_a_commit_is_a_revision_for_the_newest(
    newest_modelscope: ModelScope, anywhere: Place, homes: Iterator[Path]
) -> None:
    """The old line wants every revision to be a branch or a tag."""
    commit = TINY.tags["v1.0"]
    pulled = newest_modelscope.download(anywhere, next(homes), world.TINY, "--revision", commit.oid)
    assert pulled.code == 0, pulled.words
    assert pulled.files == newest_modelscope.takes(commit)


def test_a_single_file_without_a_revision_is_that_of_the_newest_tag(
    modelscope: ModelScope, modelscope_talk: Talk
) -> None:
    """That is how the newest chooses, and the oldest; the clients between them take the branch."""
    by_tag = modelscope.version in ("1.20.1", "1.40.2")
    path = modelscope_talk.ask(f"model_file_download({world.TINY!r}, 'notes/changes.md')")
    assert bool(path.error) == by_tag, path.words
    path = modelscope_talk.ask(f"model_file_download({world.TINY!r}, 'config.json')")
    config = TINY.head.files["config.json"].source.sha256
    assert hashlib.sha256(Path(path.value).read_bytes()).hexdigest() == config


def test_branches_and_tags_are_listed(modelscope_talk: Talk) -> None:
    branches, tags = modelscope_talk.value(f"api.get_model_branches_and_tags({world.TINY!r})")
    assert {"master", "dev/x"} <= set(branches)
    assert tags == ["v1.0"]


def test_the_files_of_a_model_are_listed(modelscope: ModelScope, modelscope_talk: Talk) -> None:
    listed = modelscope_talk.value(f"api.get_model_files({world.TINY!r}, revision='master', recursive=True)")
    sizes = {one["Path"]: one["Size"] for one in listed}
    directories = {"notes": 0, "tokenizer": 0}
    assert sizes == directories | {path: file.size for path, file in TINY.head.files.items()}
    if not modelscope.is_new:
        digests = {one["Path"]: one["Sha256"] for one in listed if one["Type"] == "blob"}
        assert digests == modelscope.takes(TINY.head)
        assert {one["Path"] for one in listed if one["Type"] == "tree"} == {"notes", "tokenizer"}
        last = {one["Path"]: one["Revision"] for one in listed if one["Type"] == "blob"}
        assert last == {path: TINY.head.last_change_of(path).oid for path in TINY.head.files}


def test_the_facts_of_a_model_are_those_of_the_upstream(modelscope_talk: Talk) -> None:
    facts = modelscope_talk.value(f"api.get_model({world.TINY!r})")
    assert "mit" in str(facts).lower()
    assert modelscope_talk.value(f"api.repo_exists({world.TINY!r})") is True
    assert modelscope_talk.value("api.repo_exists('acme/never-was')") is False


@pytest.mark.parametrize("modelscope", ["1.34.0", "1.37.1"], indirect=True)
def test_the_commit_of_a_model_is_that_of_the_upstream(modelscope_talk: Talk) -> None:
    """Neither the oldest nor the newest asks for it."""
    found = f"(lambda info: [info.sha, info.author, len(info.siblings)])(api.model_info({world.TINY!r}))"
    sha, author, entries = modelscope_talk.value(found)
    assert [sha, author] == [TINY.head.oid, "acme"]
    assert entries == len(TINY.head.files) + len(["notes", "tokenizer"])


def test_the_models_of_an_owner_are_listed(modelscope_talk: Talk) -> None:
    found = modelscope_talk.value("api.list_models('acme', page_size=50)")
    assert found["TotalCount"] == len(found["Models"]) >= 1
    assert "tiny" in str(found["Models"])
    assert modelscope_talk.value("api.list_models('nobody-of-this-name')")["Models"] == []


@pytest.mark.parametrize("modelscope", SINCE_DATASETS, indirect=True)
def test_the_datasets_of_an_owner_are_listed(modelscope_talk: Talk) -> None:
    whole = "(lambda found: getattr(found, 'to_dict', lambda: found)())"
    assert "poems" in str(modelscope_talk.value(f"{whole}(api.list_datasets('acme'))"))


@pytest.mark.parametrize("modelscope", SINCE_DATASETS, indirect=True)
def test_the_files_of_a_dataset_are_listed_page_by_page(modelscope_talk: Talk) -> None:
    files = f"api.get_dataset_files({POEMS.id!r}, page_size=2, page_number={{}})"
    pages = [modelscope_talk.value(files.format(number)) for number in (1, 2, 3)]
    paths = [[one["Path"] for one in page or []] for page in pages]
    assert sorted(path for page in paths for path in page) == sorted([*POEMS.head.files, "data"])
    assert [len(page) for page in paths] == [2, 2, 0]
