"""The fake ModelScope as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes import Quirks, User
from tests.fakes.modelscope.__main__ import build, parser

from .asking import ask, download
from .running import Process, running

LISTING = "/api/v1/models/acme/synthetic/repo/files?Recursive=True"
BIG = "/api/v1/models/acme/synthetic/repo?FilePath=group-0%2Fpart-00000.safetensors"


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    options = ["--synthetic", "acme/synthetic=1x2MiB,3x20KiB", "--user", "mia=acme/synthetic"]
    with running("tests.fakes.modelscope", *options, "--quirk", "truncate_at=5") as process:
        yield process


def test_synthetic_files_are_listed_up_to_the_end_that_was_asked_for(process: Process) -> None:
    rows = ask(process.url + LISTING).json["Data"]["Files"]
    assert [(row["Type"], row["IsLFS"]) for row in rows] == [
        ("tree", False),
        ("tree", False),
        ("blob", True),
        ("blob", False),
        ("blob", False),
    ]


def test_a_big_file_comes_from_the_other_origin(process: Process) -> None:
    assert ask(process.url + BIG)["Location"].startswith(process.cdn)
    assert len(download(process.url + BIG).body) == 2 << 20


def test_options_reach_the_fake() -> None:
    words = ["--rate", "4MiB", "--quirk", "closed_range=206", "--quirk", "any_case=false", "--enforce-limits"]
    scope = build(parser().parse_args(words))
    assert (scope.rate, scope.quirks, scope.limits.enforce) == (
        4 << 20,
        Quirks(closed_range=206, any_case=False),
        True,
    )


@pytest.mark.parametrize("values", [{"none_such": 1}, {"missing_file": 500}, {"open_range": "hole"}])
def test_a_quirk_that_there_is_not_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="known are"):
        Quirks().set(values)


def test_quirks_and_faults_are_reached_from_outside(process: Process) -> None:
    process.tell("quirks", {"missing_file": 200})
    assert ask(f"{process.url}/api/v1/models/acme/synthetic/repo?FilePath=none").status == 200
    assert process.tell("quirks", {"none_such": 1}).status == 400
    process.tell("faults", {"kind": "status", "status": 502})
    assert [ask(process.url + LISTING).status for _ in range(2)] == [502, 200]


def test_a_repo_moves_on_and_is_gated_from_outside(process: Process) -> None:
    sha = process.tell("commit", {"repo": "acme/synthetic", "branch": "master", "files": {"a.txt": "a"}}).json["sha"]
    commits = ask(f"{process.url}/api/v1/models/acme/synthetic/commits?Ref=master").json["Data"]["Commit"]
    assert commits[0]["Id"] == sha
    process.tell("repo", {"repo": "acme/synthetic", "gated": "manual"})
    name, token = process.user.split()
    assert [ask(process.url + LISTING, user=user).status for user in (None, User(name, token))] == [404, 200]
