import hashlib
from typing import Any
from urllib.parse import quote

import pytest

from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.dialects.conftest import Ask, body_of
from tests.fakes import FakeRepo, world
from tests.fakes.content import repo_file
from tests.fakes.sources import Synthetic

pytestmark = pytest.mark.django_db


def test_a_git_file_has_its_blob_id_as_etag(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    answer = ask("/acme/tiny/resolve/main/config.json")
    data = body_of(answer)
    assert answer.status_code == 200
    assert hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == answer["ETag"].strip('"')
    assert answer["X-Repo-Commit"] == tiny.head.oid
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Length"] == str(len(data))
    assert "X-Linked-Etag" not in answer


def test_an_lfs_file_has_its_sha256_as_etag(ask: Ask, held_tiny: Repo) -> None:
    answer = ask("/acme/tiny/resolve/main/model.safetensors")
    digest = hashlib.sha256(body_of(answer)).hexdigest()
    assert answer["ETag"] == answer["X-Linked-Etag"] == f'"{digest}"'
    assert answer["X-Linked-Size"] == answer["Content-Length"] == "65611"


@pytest.mark.parametrize("path", ["config.json", "model.safetensors"])
def test_head_is_get_without_the_body(ask: Ask, held_tiny: Repo, path: str) -> None:
    head, get = ask(f"/acme/tiny/resolve/main/{path}", "HEAD"), ask(f"/acme/tiny/resolve/main/{path}")
    ours = {"X-Request-Id"}
    assert head.content == b""
    assert {k: v for k, v in head.items() if k not in ours} == {k: v for k, v in get.items() if k not in ours}


@pytest.mark.parametrize(
    ("revision", "ref"),
    [("main", "main"), ("v1.0", "v1.0"), ("dev%2Fx", "dev/x"), ("dev/x", "dev/x"), ("refs%2Fpr%2F1", "refs/pr/1")],
)
def test_every_kind_of_revision(ask: Ask, held_tiny: Repo, tiny: FakeRepo, revision: str, ref: str) -> None:
    answer = ask(f"/acme/tiny/resolve/{revision}/config.json")
    assert answer["X-Repo-Commit"] == tiny.named_refs[ref].oid
    assert answer["Cache-Control"] == "no-cache"


def test_a_commit_is_kept_for_ever(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    answer = ask(f"/acme/tiny/resolve/{tiny.tags['v1.0'].oid}/config.json")
    assert answer["Cache-Control"] == "max-age=31536000, immutable"
    assert answer["X-Repo-Commit"] == tiny.tags["v1.0"].oid


def test_awkward_names_come_back_as_they_are(ask: Ask, db: None) -> None:
    repo = world.awkward()
    publish(repo)
    for path, file in repo.head.files.items():
        answer = ask(f"/acme/awkward-names/resolve/main/{quote(path)}?download=true")
        assert answer.status_code == 200, path
        assert body_of(answer) == file.source.read(0, file.size), path
        name = quote(path.rpartition("/")[2], safe="")
        assert f"filename*=UTF-8''{name};" in answer["Content-Disposition"]
        assert answer["Content-Disposition"].isascii()


@pytest.mark.parametrize("size", [1000, 300_000])
def test_ranges(ask: Ask, db: None, size: int) -> None:
    source = Synthetic(size, 7)
    publish(FakeRepo("acme/ranges", {"a.bin": repo_file("a.bin", source)}))
    data = source.read(0, size)
    for header, part, told in (
        ("bytes=0-0", data[:1], f"bytes 0-0/{size}"),
        ("bytes=100-199", data[100:200], f"bytes 100-199/{size}"),
        (f"bytes={size - 5}-", data[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
        ("bytes=-7", data[-7:], f"bytes {size - 7}-{size - 1}/{size}"),
        (f"bytes=10-{size}", data[10:], f"bytes 10-{size - 1}/{size}"),
    ):
        answer = ask("/acme/ranges/resolve/main/a.bin", Range=header)
        assert (answer.status_code, answer["Content-Range"]) == (206, told)
        assert body_of(answer) == part
        assert answer["Content-Length"] == str(len(part))
    assert body_of(ask("/acme/ranges/resolve/main/a.bin", Range="bytes=0-1,4-5")) == data


def test_a_range_behind_the_end_is_416(ask: Ask, held_tiny: Repo) -> None:
    answer = ask("/acme/tiny/resolve/main/config.json", Range="bytes=120-")
    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, "bytes */120", b"")


def test_if_none_match_and_if_range(ask: Ask, held_tiny: Repo) -> None:
    url = "/acme/tiny/resolve/main/config.json"
    etag = ask(url, "HEAD")["ETag"]
    unchanged = ask(url, If_None_Match=f"W/{etag}")
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", etag)
    assert ask(url, If_None_Match='"other"').status_code == 200
    assert ask(url, Range="bytes=0-1", If_Range=etag).status_code == 206
    assert ask(url, Range="bytes=0-1", If_Range='"other"').status_code == 200


def test_raw_shows_the_pointer_of_an_lfs_file(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    file = tiny.head.files["model.safetensors"]
    answer = ask("/acme/tiny/raw/main/model.safetensors")
    assert answer.content == file.pointer
    assert answer["ETag"] == f'"{file.oid}"'
    assert ask("/acme/tiny/raw/main/model.safetensors", "HEAD")["Content-Length"] == str(len(file.pointer))
    assert body_of(ask("/acme/tiny/raw/main/config.json")).startswith(b"{")


def test_nothing_of_a_repo_runs_on_our_origin(ask: Ask, db: None) -> None:
    publish(FakeRepo("acme/evil", {"page.html": "<script>", "x.svg": "<svg>", "a.js": "1", "p.png": b"\x89PNG"}))
    kinds = {}
    for path in ("page.html", "x.svg", "a.js", "p.png"):
        answer = ask(f"/acme/evil/resolve/main/{path}")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        kinds[path] = answer["Content-Type"].partition(";")[0]
    assert kinds == {"page.html": "text/plain", "x.svg": "text/plain", "a.js": "text/plain", "p.png": "image/png"}


def test_missing_files_are_told_with_the_commit(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    for path in ("nothing.json", "tokenizer", "%2e%2e/%2e%2e/etc/passwd", "a%00b", "..%2fconfig.json"):
        for method in ("GET", "HEAD"):
            answer = ask(f"/acme/tiny/resolve/main/{path}", method)
            assert answer.status_code == 404, path
            assert answer["X-Error-Code"] == "EntryNotFound"
            assert answer["X-Repo-Commit"] == tiny.head.oid


def test_other_spellings_are_sent_to_the_right_one(ask: Ask, held_tiny: Repo) -> None:
    publish(world.classic())
    for target, location in (
        ("/ACME/Tiny/resolve/main/config.json?download=true", "/acme/tiny/resolve/main/config.json?download=true"),
        ("/gpt-old/resolve/main/a%20b", "/classic-community/gpt-old/resolve/main/a%20b"),
        ("/api/models/gpt-old", "/api/models/classic-community/gpt-old"),
        ("//api/models/Acme/tiny/tree/main?limit=2", "/api/models/acme/tiny/tree/main?limit=2"),
    ):
        answer = ask(target)
        assert (answer.status_code, answer["Location"]) == (307, location)


def test_redirects_stay_under_the_path_that_people_see(ask: Ask, held_tiny: Repo, settings: Any) -> None:
    settings.EXTERNAL_URL = "https://models.example/hf"
    assert ask("/ACME/tiny/resolve/main/x")["Location"] == "/hf/acme/tiny/resolve/main/x"


def test_a_browser_at_a_repo_is_shown_our_page(ask: Ask, held_tiny: Repo) -> None:
    for target in ("/acme/tiny", "/acme/tiny/tree/main"):
        answer = ask(target, Accept="text/html,*/*")
        assert (answer.status_code, answer["Location"]) == (302, "/-/repos/models/acme/tiny")
    assert ask("/acme/nothing", Accept="text/html").status_code == 404


def test_lost_bytes_are_no_missing_file(ask: Ask, held_tiny: Repo, tiny: FakeRepo) -> None:
    from hub.blobs.stores import store

    store().delete(tiny.head.files["model.safetensors"].source.sha256)
    answer = ask("/acme/tiny/resolve/main/model.safetensors")
    assert answer.status_code in (429, 503)
    assert "X-Error-Code" not in answer
