"""The oids of the fake are those that git itself computes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes import FakeRepo, Synthetic, repo_file, world
from tests.fakes.content import AUTHOR_EMAIL, Commit
from tests.fakes.identity import object_oid, pointer_text

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str, **environment: str) -> str:
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "core.quotepath=off", *arguments]
    done = subprocess.run(command, cwd=folder, env=os.environ | quiet | environment, check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit_with_git(folder: Path, commit: Commit) -> str:
    """Writes what git would hold: the pointer in place of an LFS file."""
    git(folder, "rm", "-rqf", "--ignore-unmatch", ".")
    for path, file in commit.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.pointer if file.lfs else file.source.read(0, file.size))
    git(folder, "add", "-A", "-f")
    when = f"{int(commit.date.timestamp())} +0000"
    person = {"NAME": commit.author, "EMAIL": f"{commit.author}@{AUTHOR_EMAIL}", "DATE": when}
    environment = {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    git(folder, "commit", "-q", "--allow-empty", "-m", commit.message, **environment)
    return git(folder, "rev-parse", "HEAD")


@needs_git
@pytest.mark.parametrize("make", [world.tiny, world.awkward, world.dataset], ids=lambda make: make.__name__)
def test_commits_trees_and_blobs_have_the_oids_of_git(make, tmp_path: Path) -> None:
    repo: FakeRepo = make()
    git(tmp_path, "init", "-q")
    for commit in reversed(repo.head.history):
        assert commit_with_git(tmp_path, commit) == commit.oid
        assert git(tmp_path, "rev-parse", "HEAD^{tree}") == commit.directories[""]
        listed = git(tmp_path, "ls-tree", "-r", "-t", "-z", "HEAD").split("\0")
        oids = {line.partition("\t")[2]: line.split()[2] for line in listed if line}
        assert oids == {path: commit.identity_of(path) for path in oids}
        assert set(oids) == set(commit.files) | set(commit.directories) - {""}


@needs_git
def test_a_directory_is_sorted_as_git_sorts_it(tmp_path: Path) -> None:
    """`a.txt` comes before the directory `a`, since git compares it as `a/`."""
    repo = FakeRepo("acme/order", {"a/x": "1", "a.txt": "2", "a-b": "3", "a0": "4"})
    git(tmp_path, "init", "-q")
    assert commit_with_git(tmp_path, repo.head) == repo.head.oid


def test_the_pointer_of_an_lfs_file_is_the_one_that_was_recorded() -> None:
    """The eicar repository, recorded from the hub: a file of 22 bytes kept by git-lfs."""
    pointer = pointer_text("f9343d7d7ec5c3d8bcced056c438fc9f1d3819e9ca3d42418a40857050e10e20", 22)
    assert len(pointer) == 127
    assert object_oid("blob", pointer) == "cd1c6d8bde5006076655711a49feae66f07d707e"


def test_synthetic_bytes_are_the_same_each_time_and_hash_as_they_read() -> None:
    one, other = Synthetic(3_000_001, seed=4), Synthetic(3_000_001, seed=4)
    assert one.sha256 == other.sha256
    assert b"".join(one.chunks()) == other.read(0, other.size)
    assert Synthetic(3_000_001, seed=5).sha256 != one.sha256


def test_the_rule_for_lfs_goes_by_suffix_and_by_size_and_can_be_overruled() -> None:
    assert repo_file("model.safetensors", b"x").lfs
    assert repo_file("vocab.json", Synthetic(11 << 20)).lfs
    assert not repo_file("vocab.json", Synthetic(7 << 20)).lfs
    assert not repo_file("small.bin", b"x", lfs=False).lfs
    assert repo_file("notes.txt", b"x", lfs=True).lfs


def test_a_commit_is_found_by_branch_tag_pull_request_and_abbreviated_id() -> None:
    repo = world.tiny()
    assert repo.find_revision("main") is repo.find_revision("refs/heads/main") is repo.find_revision("HEAD")
    assert repo.find_revision("v1.0") is repo.head.parents[0]
    assert repo.find_revision("dev/x") is not repo.head
    assert repo.find_revision("refs/pr/1") is repo.pull_requests[1]
    assert repo.find_revision(repo.head.oid[:8]) is repo.head
    assert repo.find_revision("no-such-branch") is None
