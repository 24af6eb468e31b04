"""The fake answers as ModelScope did when it was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.fakes import FakeModelScope, FakeRepo, Synthetic, repo_file

from .asking import Answer, ask
from .comparing import differences

FOLDER = Path(__file__).parent.parent / "fakes" / "recorded" / "modelscope"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OBJECT = r"/prod/lfs-objects/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}"
TTS, INSTRUCT, TEST01 = "Qwen/Qwen3-TTS-12Hz-0.6B-Base", "Qwen/Qwen2.5-0.5B-Instruct", "Romal1223/test01"
WEIGHTS = f"/{INSTRUCT}/resolve/master/model.safetensors"
# What is asked where the recorded address has gaps in it.
ADDRESSES = {
    "git-endpoint-non-git-user-agent-421": f"/{INSTRUCT}.git/info/refs?service=git-upload-pack",
    "repo-files-not-found": "/api/v1/models/Qwen/missing/repo/files",
    "repo-read-lfs-302-signed-cdn_dataset": f"/api/v1/datasets/{TEST01}/repo?Revision=master&FilePath=data.bin",
    "resolve-file-missing-200-or-404": f"/{INSTRUCT}/resolve/master/missing.json",
    "resolve-lfs-range-206-after-302": WEIGHTS,
    "resolve-readme-range-200": f"/{INSTRUCT}/resolve/master/README.md",
    "cdn-lfs-range-206_Qwen--Qwen2.5-0.5B-Instruct": WEIGHTS,
    "cdn-lfs-signed-range-206-cors": WEIGHTS,
}
BODIES: dict[str, dict[str, Any]] = {
    "dolphin-models-listing-overflow-500": {"PageSize": 100, "PageNumber": 101},
    "dolphin-models-listing_2025-11": {
        "PageSize": 100,
        "PageNumber": 1,
        "SortBy": "Default",
        "Target": "",
        "Criterion": [{"category": "tasks", "predicate": "contains", "values": ["text-generation"], "sub_values": []}],
        "SingleCriterion": [{"category": "inference_type", "predicate": "equal", "IntValue": 1}],
    },
}
NOT_REPLAYED = {"cdn-lfs-signed-url-example_unsloth--Qwen3.6-27B-GGUF": "only an address, which has a test of its own"}
# Bodies that were shortened when they were written down: only what is left of them has to be there.
SHORTENED = {
    "dolphin-models-listing_2025-11",
    "dolphin-models-listing-overflow-500",
    "repo-files-not-found",
    "repo-files-recursive-2022_damo--ofa_text-to-image-synthesis_coco_large_en",
    "repo-files-recursive_qwen--Qwen2.5-0.5B-Instruct-GGUF",
    "repo-files-unknown-revision-200-null",
}


def recorded(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return data


def replayed() -> list[str]:
    return [path.stem for path in sorted(FOLDER.glob("*.json")) if path.stem not in NOT_REPLAYED]


def as_listed(name: str) -> FakeRepo:
    """A repo with the files, the commits and the git-lfs choices of a recorded listing; the bytes are few."""
    rows = recorded(name)["body"]["Data"]["Files"]
    rows = sorted((row for row in rows if row["Type"] == "blob"), key=lambda row: int(row["CommittedDate"]))
    files = {row["Path"]: repo_file(row["Path"], f"{row['Path']}\n", lfs=row["IsLFS"]) for row in rows}
    messages = list(dict.fromkeys(row["CommitMessage"] for row in rows))
    of_commit = [[row["Path"] for row in rows if row["CommitMessage"] == message] for message in messages]
    repo = FakeRepo(TTS, {path: files[path] for path in of_commit[0]}, message=messages[0])
    for message, paths in zip(messages[1:], of_commit[1:], strict=True):
        repo.commit({path: files[path] for path in paths}, message=message)
    return repo


def repos() -> Iterator[FakeRepo]:
    weights = Synthetic(2 << 20)
    yield as_listed("repo-files-recursive_Qwen--Qwen3-TTS-12Hz-0.6B-Base")
    yield FakeRepo(
        INSTRUCT,
        {"config.json": b"c" * 659, "README.md": b"r" * 827, "model.safetensors": weights},
        card={"pipeline_tag": "text-generation"},
    )
    yield FakeRepo("Qwen/Qwen2.5-0.5B-Instruct-GGUF", {".gitattributes": "* text", "q4_k_m.gguf": weights})
    yield FakeRepo("damo/ofa_text-to-image-synthesis_coco_large_en", {"README.md": "x"})
    yield FakeRepo("douyimin/CIG-Bench", {"README.md": "x"})
    yield FakeRepo(TEST01, {"data.bin": weights}, kind="dataset")


@pytest.fixture
def scope() -> Iterator[FakeModelScope]:
    with FakeModelScope(repos()) as scope:
        yield scope


def replay(scope: FakeModelScope, name: str) -> Answer:
    said = recorded(name)
    if name == "resolve-file-missing-200-or-404":
        scope.quirks.missing_file = 200
    parts = urlsplit(said["url"])
    address = ADDRESSES.get(name) or parts.path + (f"?{parts.query}" if parts.query else "")
    ranges = said.get("request_headers", {}).get("Range", [])
    headers = {"Range": ranges[0]} if ranges else {}
    url = scope.url + address
    if name.startswith("cdn-"):
        url = ask(url)["Location"]
    body = json.dumps(BODIES[name]).encode() if name in BODIES else None
    return ask(url, said["method"], body=body, **headers)


@pytest.mark.parametrize("name", replayed())
def test_the_status_is_the_one_recorded(scope: FakeModelScope, name: str) -> None:
    # One listing was written down without its status; four other sources say what it was.
    assert replay(scope, name).status == (recorded(name)["status"] or 404)


@pytest.mark.parametrize("name", [name for name in replayed() if recorded(name)["response_headers"]])
def test_the_headers_are_those_recorded(scope: FakeModelScope, name: str) -> None:
    answer = replay(scope, name)
    for header, (value,) in recorded(name)["response_headers"].items():
        if header.lower() == "location":
            assert re.fullmatch(rf"http://127\.0\.0\.2:\d+{OBJECT}\?.+", answer[header])
        elif name.startswith("cdn-"):
            assert re.sub("/.*", "", answer[header]) == re.sub("/.*", "", value)
        else:
            assert answer[header] == value


@pytest.mark.parametrize("name", [name for name in replayed() if isinstance(recorded(name)["body"], dict)])
def test_the_body_has_the_keys_and_types_recorded(scope: FakeModelScope, name: str) -> None:
    found = differences(recorded(name)["body"], replay(scope, name).json)
    assert [line for line in found if name not in SHORTENED or not line.endswith("only in the fake")] == []


@pytest.mark.parametrize("name", [name for name in replayed() if "Message" in (recorded(name)["body"] or {})])
def test_numbers_and_words_of_the_envelope_are_those_recorded(scope: FakeModelScope, name: str) -> None:
    said, got = recorded(name)["body"], replay(scope, name).json
    assert [got[key] for key in ("Code", "Message", "Success")] == [said[key] for key in ("Code", "Message", "Success")]
    assert re.fullmatch(UUID, got["RequestId"])
    assert list(got) == sorted(got)


def test_a_listing_names_directories_and_files_in_the_order_recorded(scope: FakeModelScope) -> None:
    name = "repo-files-recursive_Qwen--Qwen3-TTS-12Hz-0.6B-Base"
    said, got = recorded(name)["body"]["Data"], replay(scope, name).json["Data"]
    assert [row["Name"] for row in got["Files"]] == [row["Name"] for row in said["Files"]]
    words = ("Path", "Type", "Mode", "IsLFS", "InCheck", "CommitMessage")
    as_text = [sorted(str([row[word] for word in words]) for row in data["Files"]) for data in (got, said)]
    assert as_text[0] == as_text[1]


def test_the_newest_commit_is_told_as_in_the_recording(scope: FakeModelScope) -> None:
    name = "repo-files-recursive_Qwen--Qwen3-TTS-12Hz-0.6B-Base"
    said, got = recorded(name)["body"]["Data"], replay(scope, name).json["Data"]
    words = ("Id", "AuthorEmail", "AuthoredDate", "CommitterEmail", "Message", "Title")
    assert [got["LatestCommitter"][word] for word in words] == [said["LatestCommitter"][word] for word in words]
    readme = {row["Path"]: row["Revision"] for row in got["Files"]}["README.md"]
    assert got["LatestCommitter"]["ShortId"] == readme[:8]


def test_a_signed_address_has_the_form_of_a_real_one(scope: FakeModelScope) -> None:
    said = urlsplit(recorded("cdn-lfs-signed-url-example_unsloth--Qwen3.6-27B-GGUF")["url"])
    got = urlsplit(ask(scope.url + WEIGHTS)["Location"])
    assert re.fullmatch(OBJECT, said.path)
    assert re.fullmatch(OBJECT, got.path)
    assert [name for name, _ in parse_qsl(got.query)] == [name for name, _ in parse_qsl(said.query)]
    values = dict(parse_qsl(got.query))
    assert re.fullmatch(r"\d{10}-[0-9a-f]{32}-0-[0-9a-f]{32}", values.pop("auth_key"))
    assert values == {
        "filename": "model.safetensors",
        "namespace": "Qwen",
        "repository": "Qwen2.5-0.5B-Instruct",
        "revision": "master",
        "tag": "model",
    }
