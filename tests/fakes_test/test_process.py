"""The fake as a process of its own, steered from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import User, world
from tests.fakes.process import groups_of, size_of

from .asking import ask, download
from .running import Process, running


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("repo")
    (folder / "README.md").write_text("---\nlicense: mit\ntags:\n- one\n- two\n---\n\n# From a folder\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "weights.bin").write_bytes(b"weights")
    options = ["--repo-dir", f"acme/folder={folder}", "--synthetic", "acme/synthetic=1x2MiB,3x20KiB"]
    with running("tests.fakes.huggingface", *options, "--user", "mia=acme/locked") as process:
        yield process


def test_a_folder_is_served_with_the_card_of_its_readme(process: Process) -> None:
    data = ask(f"{process.url}/api/models/acme/folder").json
    assert data["cardData"] == {"license": "mit", "tags": ["one", "two"]}
    assert download(f"{process.url}/acme/folder/resolve/main/sub/weights.bin").body == b"weights"


def test_synthetic_files_have_the_counts_and_sizes_asked_for(process: Process) -> None:
    entries = ask(f"{process.url}/api/models/acme/synthetic/tree/main?recursive=true").json
    sizes = [
        (entry["size"], "lfs" in entry) for entry in entries if entry["path"].startswith("group-") and entry["size"]
    ]
    assert sizes == [(2 << 20, True), (20 << 10, False), (20 << 10, False), (20 << 10, False)]


def test_faults_and_the_log_are_reached_from_outside(process: Process) -> None:
    process.tell("requests", method="DELETE")
    process.tell("faults", {"kind": "status", "status": 500, "path": "/api/models"})
    assert ask(f"{process.url}/api/models").status == 500
    assert ask(f"{process.url}/api/models").status == 200
    log = process.tell("requests", method="GET").json
    assert [entry["status"] for entry in log] == [500, 200]
    assert process.tell("counters", method="GET").json["hub"]["requests"] == 2
    process.tell("requests", method="DELETE")
    assert process.tell("requests", method="GET").json == []


def test_the_control_answers_also_on_the_port_of_the_hub(process: Process) -> None:
    assert ask(f"{process.url}/__control__/faults").json == []


def test_a_wrong_fault_is_refused_with_the_reason(process: Process) -> None:
    answer = process.tell("faults", {"kind": "explode"})
    assert answer.status == 400
    assert "unknown fault" in answer.json["error"]


def test_the_hub_is_unplugged_and_plugged_in_again_from_outside(process: Process) -> None:
    process.tell("unplug")
    with pytest.raises(ConnectionRefusedError):
        ask(f"{process.url}/api/models")
    process.tell("replug")
    assert ask(f"{process.url}/api/models").status == 200


def test_a_repository_moves_on_and_changes_its_gate_from_outside(process: Process) -> None:
    sha = process.tell("commit", {"repo": "acme/folder", "files": {"new.txt": "new", "sub/weights.bin": None}}).json[
        "sha"
    ]
    data = ask(f"{process.url}/api/models/acme/folder").json
    assert data["sha"] == sha
    assert [one["rfilename"] for one in data["siblings"]] == ["README.md", "new.txt"]
    process.tell("repo", {"repo": "acme/folder", "gated": "manual", "rename": "acme/locked"})
    assert ask(f"{process.url}/api/models/acme/folder")["Location"] == "/api/models/acme/locked"
    file = f"{process.url}/acme/locked/resolve/main/new.txt"
    name, token = process.user.split()
    assert [ask(file).status, ask(file, user=User(name, token)).status] == [401, 200]


def test_sizes_and_groups_are_read_as_people_write_them() -> None:
    assert size_of("20KiB") == 20480
    assert size_of("1.5MB") == 1_500_000
    assert groups_of("1x2GiB,2000x20KiB") == [(1, 2 << 30), (2000, 20480)]


def test_minilm_is_the_model_that_its_digest_says(minilm_files: Path) -> None:
    repo = world.minilm(minilm_files)
    file = repo.head.files["model.safetensors"]
    assert file.lfs
    assert file.source.sha256 == world.MINILM_SHA256
    assert repo.card["license"] == "apache-2.0"
