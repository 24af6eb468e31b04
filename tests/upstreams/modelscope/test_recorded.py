"""What the live hub was seen to answer, and what becomes of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.errors import FileMissing, HubError, RepoMissing, RevisionMissing
from hub.names import RepoId, RepoKind
from hub.upstreams.hosts import MODELSCOPE_CDN, Hosts
from hub.upstreams.modelscope.tree import parse_entry
from hub.upstreams.protocol import TreeDirectory, TreeFile
from hub.upstreams.question import Question
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.modelscope.conftest import envelope, scope_client

FOLDER = Path(__file__).parents[2] / "fakes" / "recorded" / "modelscope"
QUESTION = Question("hub", False, "HUB_MODELSCOPE_TOKEN")
MODEL = RepoKind.MODEL
COMMIT = "c" * 40
Serve = Callable[..., Origin]


def recorded(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return data


def replaying(name: str) -> Callable[[Request], Response]:
    """A hub that knows COMMIT, and answers everything else as recorded."""
    said = recorded(name)

    def answer(request: Request) -> Response:
        body = envelope({"Commit": None}) if "/commits?" in request.target else said["body"]
        headers = [("Content-Type", "application/json; charset=utf-8")]
        return Response(said["status"] or 404, headers, json.dumps(body, ensure_ascii=False).encode())

    return answer


LISTINGS = sorted(path.stem for path in FOLDER.glob("repo-files-recursive*.json"))


@pytest.mark.parametrize("name", LISTINGS)
def test_every_recorded_listing_is_read_as_it_stands(name: str) -> None:
    for told in recorded(name)["body"]["Data"]["Files"]:
        entry = parse_entry(told, QUESTION)
        assert entry is not None
        assert entry.path == told["Path"]
        if isinstance(entry, TreeDirectory):
            assert told["Type"] == "tree"
            continue
        assert (entry.size, entry.sha256, entry.last_commit) == (told["Size"], told["Sha256"], told["Revision"])
        assert (entry.pointer_size is not None) == bool(entry.oid) == told["IsLFS"]


def test_a_file_in_lfs_has_the_pointer_that_git_keeps() -> None:
    entries = recorded("repo-files-recursive_qwen--Qwen2.5-0.5B-Instruct-GGUF")["body"]["Data"]["Files"]
    file = parse_entry(entries[1], QUESTION)
    assert isinstance(file, TreeFile)
    assert (file.pointer_size, len(file.oid)) == (134, 40)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("model-not-found-404_Qwen--Qwen3.8-27B-Instruct-GGUF", RepoMissing),
        ("repo-files-not-found", RepoMissing),
    ],
)
def test_a_recorded_absence_of_a_repo_is_one(serve: Serve, name: str, expected: type[HubError]) -> None:
    client = scope_client(serve(replaying(name)).url)
    with pytest.raises(expected):
        client.info(MODEL, RepoId("Qwen", "Never"), "")
    with pytest.raises(expected):
        list(client.tree(MODEL, RepoId("Qwen", "Never"), COMMIT))


def test_files_null_is_an_unknown_revision(serve: Serve) -> None:
    client = scope_client(serve(replaying("repo-files-unknown-revision-200-null")).url)
    with pytest.raises(RevisionMissing):
        list(client.tree(MODEL, RepoId("Qwen", "Qwen2.5-0.5B-Instruct"), COMMIT))


@pytest.mark.parametrize("name", ["repo-file-missing-404_douyimin--CIG-Bench", "resolve-file-missing-200-or-404"])
def test_a_recorded_missing_file_is_one(serve: Serve, name: str) -> None:
    client = scope_client(serve(replaying(name)).url)
    with pytest.raises(FileMissing):
        client.open(MODEL, RepoId("douyimin", "CIG-Bench"), COMMIT, "CIG-Bench-Property.pth", 10**6, 0, 1000)


@pytest.mark.parametrize(
    "name", ["resolve-small-file-range-200_Qwen--Qwen2.5-0.5B-Instruct", "resolve-readme-range-200"]
)
def test_a_recorded_part_of_a_small_file_is_taken(serve: Serve, name: str) -> None:
    said = recorded(name)
    asked, told = said["request_headers"]["Range"][0], said["response_headers"]
    start, end = map(int, asked.removeprefix("bytes=").split("-"))
    size = int(told["Content-Range"][0].partition("/")[2])
    headers = [(key, value[0]) for key, value in told.items() if key != "Content-Length"]
    origin = serve(lambda request: Response(said["status"], headers, b"x" * (end - start + 1)))
    client = scope_client(origin.url)
    with client.open(MODEL, RepoId("Qwen", "Any"), COMMIT, "config.json", size, start, end - start + 1) as stream:
        assert stream.readinto(memoryview(bytearray(1000))) == end - start + 1


def addresses() -> list[str]:
    """Where recorded answers came from or led to, on the content network."""
    told = [recorded(path.stem) for path in sorted(FOLDER.glob("*.json"))]
    found = [one["url"] for one in told] + [
        place for one in told for place in (one.get("response_headers") or {}).get("Location", [])
    ]
    return [url.replace("…", "x").replace("<sha256>", "x") for url in found if "//cdn-lfs" in url]


def test_every_recorded_content_network_may_be_asked() -> None:
    hosts = Hosts("modelscope", "https://modelscope.cn", MODELSCOPE_CDN, ())
    assert len(addresses()) >= 4
    for url in addresses():
        assert not hosts.may_have_token(hosts.admit(url))
