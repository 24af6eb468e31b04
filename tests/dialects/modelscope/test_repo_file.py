"""`/repo?Revision=&FilePath=`: the bytes, with their ranges and every odd way to write a path."""

import hashlib
from urllib.parse import quote, quote_plus

import pytest
from django.db.models import Sum

from hub.catalog import pulls
from hub.catalog.models import PullCount, Repo
from tests.catalog.published import publish
from tests.dialects.conftest import Ask, body_of
from tests.dialects.modelscope.conftest import FILE, MODEL, NEW, OLD
from tests.fakes import FakeRepo, world
from tests.fakes.content import repo_file
from tests.fakes.sources import Synthetic

pytestmark = pytest.mark.django_db

AWKWARD = "/api/v1/models/acme/awkward-names"


def test_a_file_tells_its_sha256_also_where_it_lies_in_git(ask: Ask, held_tiny: Repo) -> None:
    answer = ask(FILE)
    data = body_of(answer)
    assert (answer.status_code, answer["Content-Length"]) == (200, str(len(data)))
    assert answer["X-Linked-ETag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert "Content-Encoding" not in answer


@pytest.mark.parametrize("path", ["config.json", "model.safetensors", "nothing"])
def test_head_is_get_without_the_body(ask: Ask, held_tiny: Repo, path: str) -> None:
    target = f"{MODEL}/repo?Revision=master&FilePath={path}"
    head, get = ask(target, "HEAD"), ask(target)
    ours = {"X-Request-Id"}
    assert head.content == b""
    assert head.status_code == get.status_code
    assert {k: v for k, v in head.items() if k not in ours} == {k: v for k, v in get.items() if k not in ours}


@pytest.mark.parametrize("revision", ["", "master", "main", "v1.0", "dev/x", "dev%2Fx", "{commit}"])
def test_every_kind_of_revision(ask: Ask, held_tiny: Repo, tiny: FakeRepo, revision: str) -> None:
    wanted = {"v1.0": tiny.tags["v1.0"], "dev/x": tiny.branches["dev/x"], "dev%2Fx": tiny.branches["dev/x"]}
    commit = wanted.get(revision, tiny.head)
    answer = ask(f"{MODEL}/repo?Revision={revision.format(commit=commit.oid)}&FilePath=config.json&Source=SDK")
    assert answer["X-Repo-Commit"] == commit.oid
    assert ask(f"{MODEL}/repo?FilePath=config.json")["X-Repo-Commit"] == tiny.head.oid


@pytest.mark.parametrize("size", [1000, 300_000])
def test_single_ranges_open_and_closed(ask: Ask, db: None, size: int) -> None:
    source = Synthetic(size, 7)
    publish(FakeRepo("acme/ranges", {"a.bin": repo_file("a.bin", source)}))
    data = source.read(0, size)
    for header, part in ((f"bytes=0-{size - 1}", data), ("bytes=100-199", data[100:200]), ("bytes=900-", data[900:])):
        answer = ask("/api/v1/models/acme/ranges/repo?FilePath=a.bin", Range=header)
        start = int(header[6:].partition("-")[0])
        told = f"bytes {start}-{start + len(part) - 1}/{size}"
        assert (answer.status_code, answer["Content-Range"], body_of(answer)) == (206, told, part)
    assert ask("/api/v1/models/acme/ranges/repo?FilePath=a.bin", Range=f"bytes={size}-").status_code == 416


@pytest.mark.parametrize("header", ["", "bytes=0-", "bytes=0-0", "bytes=5-9"])
@pytest.mark.parametrize("path", ["empty.txt", "empty.bin"])
def test_an_empty_file_is_200_whatever_part_is_asked_for(ask: Ask, db: None, path: str, header: str) -> None:
    publish(world.awkward())
    answer = ask(f"{AWKWARD}/repo?Revision=master&FilePath={path}", **({"Range": header} if header else {}))
    assert (answer.status_code, body_of(answer), answer["Content-Length"]) == (200, b"", "0")


def test_awkward_names_come_back_as_they_are(ask: Ask, db: None) -> None:
    repo = world.awkward()
    publish(repo)
    for path, file in repo.head.files.items():
        answer = ask(f"{AWKWARD}/repo?Revision=master&FilePath={quote_plus(path)}")
        assert answer.status_code == 200, path
        assert body_of(answer) == file.source.read(0, file.size), path


@pytest.mark.parametrize("path", ["a+b.txt", "50%off.txt", "100%25.txt", "one/two/three/four/five/six/deep.txt"])
def test_names_that_a_client_did_not_encode_are_found_too(ask: Ask, db: None, path: str) -> None:
    repo = world.awkward()
    publish(repo)
    file = repo.head.files[path]
    answer = ask(f"{AWKWARD}/repo?Revision=master&FilePath={path}")
    assert body_of(answer) == file.source.read(0, file.size)


@pytest.mark.parametrize(
    "path", ["nothing", "tokenizer", "..%2F..%2Fetc%2Fpasswd", "../config.json", "/config.json", "a%00"]
)
def test_what_is_in_no_tree_is_missing(ask: Ask, held_tiny: Repo, path: str) -> None:
    answer = ask(f"{MODEL}/repo?Revision=master&FilePath={path}")
    told = answer.json()
    assert (answer.status_code, told["Code"], told["Success"]) == (404, 10990101007, False)
    assert told["RequestId"]


def test_a_call_that_names_no_file_is_told_so(ask: Ask, held_tiny: Repo) -> None:
    assert ask(f"{MODEL}/repo?Revision=master").status_code == 400


@pytest.mark.parametrize(
    "target",
    [
        "/models/acme/tiny/resolve/master/tokenizer/vocab.txt",
        "/api/v1/models/acme/tiny/resolve/master/tokenizer/vocab.txt",
        "/acme/tiny/resolve/master/tokenizer/vocab.txt",
        "/models/acme/tiny/resolve/v1.0/tokenizer%2Fvocab.txt",
    ],
)
def test_addresses_of_browsers_and_tools(ask: Ask, held_tiny: Repo, target: str) -> None:
    answer = ask(target)
    assert (answer.status_code, body_of(answer).splitlines()[0]) == (200, b"[UNK]")
    assert ask(target, "HEAD").status_code == 200


def test_a_browser_at_a_page_of_modelscope_is_shown_ours(ask: Ask, held_tiny: Repo) -> None:
    for target in ("/models/acme/tiny", "/models/acme/tiny/file/view/master/README.md", "/models/acme/tiny/summary"):
        answer = ask(target, Accept="text/html,*/*")
        assert (answer.status_code, answer["Location"]) == (302, "/-/repos/models/acme/tiny")


def test_nothing_of_a_repo_runs_on_our_origin(ask: Ask, db: None) -> None:
    publish(FakeRepo("acme/evil", {"page.html": "<script>"}))
    answer = ask("/api/v1/models/acme/evil/repo?FilePath=page.html")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Type"].startswith("text/plain")


def test_a_snapshot_is_one_pull_and_the_next_one_another(ask: Ask, held_tiny: Repo) -> None:
    paths = ("config.json", "README.md", "model.safetensors")

    def snapshot(agent: str, *identifiers: str) -> None:
        for path, told in zip(paths, identifiers, strict=True):
            target = f"{MODEL}/repo?Revision=master&FilePath={path}"
            body_of(ask(target, User_Agent=agent, snapshot_identifier=told * 32))

    # Since 1.38 every file has an identifier of its own, before that every call.
    snapshot(NEW, "1", "2", "3")
    snapshot(NEW.replace("aaaa", "cccc"), "4", "5", "6")
    snapshot(OLD, "7", "7", "7")
    snapshot(OLD, "8", "8", "8")
    ask(FILE, "HEAD", User_Agent=NEW.replace("aaaa", "dddd"))
    pulls.flush()
    counted = PullCount.objects.aggregate(pulls=Sum("pulls"), files=Sum("files"))
    assert counted == {"pulls": 4, "files": 12}


def test_parts_of_a_file_are_one_download(ask: Ask, held_tiny: Repo) -> None:
    target = f"{MODEL}/repo?Revision=master&FilePath={quote('model.safetensors')}"
    for part in ("bytes=0-9999", "bytes=10000-65610", "bytes=0-0"):
        body_of(ask(target, User_Agent=NEW, Range=part))
    pulls.flush()
    assert PullCount.objects.get().files == 1
