"""The bytes of the fake ModelScope: what its gateway sends itself, and what its content network does."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

import pytest

from tests.fakes import FakeModelScope, FakeRepo, world

from .asking import Answer, ask, download

REPO = f"/api/v1/models/{world.TINY}/repo"
LENGTH = 120


def of(path: str, address: str = REPO, revision: str = "master") -> str:
    return f"{address}?{urlencode({'Revision': revision, 'FilePath': path})}"


def content(scope: FakeModelScope, path: str, repo_id: str = world.TINY) -> bytes:
    file = scope.repo(repo_id).head.files[path]
    return file.source.read(0, file.size)


def part(scope: FakeModelScope, range_: str, path: str = "config.json") -> Answer:
    return ask(scope.url + of(path), Range=range_)


def test_a_small_file_comes_from_the_gateway_and_an_lfs_file_from_the_content_network(scope: FakeModelScope) -> None:
    small, big = ask(scope.url + of("config.json")), ask(scope.url + of("model.safetensors"))
    assert (small.status, small.body) == (200, content(scope, "config.json"))
    assert big.status == 302
    assert urlsplit(big["Location"]).hostname == "127.0.0.2"
    assert download(scope.url + of("model.safetensors")).body == content(scope, "model.safetensors")


def test_a_file_is_asked_for_by_branch_tag_or_commit(scope: FakeModelScope) -> None:
    repo = scope.repo(world.TINY)
    answers = [ask(scope.url + of("config.json", revision=name)) for name in ("dev/x", "v1.0", repo.head.oid)]
    assert [b'"n_layer": 2' in answer.body for answer in answers] == [True, False, False]
    assert ask(f"{scope.url}{REPO}?FilePath=config.json").body == content(scope, "config.json")
    assert ask(scope.url + of("config.json", revision="main")).json["Code"] == 10990101007


@pytest.mark.parametrize("path", sorted(world.awkward().head.files))
def test_a_path_is_read_as_a_form_writes_it(scope: FakeModelScope, path: str) -> None:
    answer = download(scope.url + of(path, f"/api/v1/models/{world.AWKWARD}/repo"))
    assert (answer.status, answer.body) == (200, content(scope, path, world.AWKWARD))


def test_a_closed_range_is_honoured_with_the_wrong_status(scope: FakeModelScope) -> None:
    answer = part(scope, "bytes=10-19")
    assert (answer.status, answer["Content-Range"]) == (200, f"bytes 10-19/{LENGTH}")
    assert answer.body == content(scope, "config.json")[10:20]
    assert part(scope, "bytes=100-999")["Content-Range"] == f"bytes 100-119/{LENGTH}"
    assert part(scope, f"bytes={LENGTH}-").status == 416
    scope.quirks.closed_range = 206
    assert part(scope, "bytes=10-19").status == 206


def test_an_open_range_gets_the_whole_file(scope: FakeModelScope) -> None:
    answer = part(scope, "bytes=10-")
    assert (answer.status, answer.body) == (200, content(scope, "config.json"))
    assert "Content-Range" not in answer


def test_an_open_range_may_get_a_wrong_length(scope: FakeModelScope) -> None:
    scope.quirks.open_range = "wrong-length"
    answer = part(scope, "bytes=20-")
    assert (answer["Content-Length"], len(answer.body)) == ("20", 20)
    with pytest.raises(http.client.IncompleteRead) as caught:
        part(scope, "bytes=90-")
    assert caught.value.partial == content(scope, "config.json")[90:]


def test_an_open_range_is_honoured_where_told(scope: FakeModelScope) -> None:
    scope.quirks.open_range = "honoured"
    answer = part(scope, "bytes=100-")
    assert (answer.status, answer["Content-Range"], len(answer.body)) == (200, f"bytes 100-119/{LENGTH}", 20)


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=65601-"])
def test_the_content_network_honours_ranges_and_tells_the_digest(scope: FakeModelScope, asked: str) -> None:
    answer = download(scope.url + of("model.safetensors"), Range=asked)
    file = scope.repo(world.TINY).head.files["model.safetensors"]
    assert (answer.status, len(answer.body)) == (206, 10)
    assert answer["X-Linked-ETag"] == f'"{file.source.sha256}"'


def test_a_signed_address_is_of_one_object_and_for_a_while(scope: FakeModelScope) -> None:
    url = ask(scope.url + of("model.safetensors"))["Location"]
    assert ask(url).status == 200
    assert ask(url[:-1] + ("0" if url[-1] != "0" else "1")).status == 403
    assert ask(url.partition("?")[0]).status == 403
    scope.cdn.lifetime = -1
    assert ask(url).status == 403


def test_the_content_network_takes_no_token(scope: FakeModelScope) -> None:
    url = ask(scope.url + of("model.safetensors"))["Location"]
    assert ask(url, Authorization="Bearer x").status == 400


@pytest.mark.parametrize("path", ["config.json", "model.safetensors"])
def test_head_is_answered_without_a_redirect(scope: FakeModelScope, path: str) -> None:
    answer = ask(scope.url + of(path), "HEAD")
    assert (answer.status, answer["Content-Length"]) == (200, str(len(content(scope, path))))


def test_head_may_lead_on_as_get_does(scope: FakeModelScope) -> None:
    scope.quirks.head_redirects = True
    assert ask(scope.url + of("model.safetensors"), "HEAD").status == 302


@pytest.mark.parametrize(
    "address", [of("none.txt"), of("config.json", revision="0" * 40), of("x", "/api/v1/models/acme/none/repo")]
)
def test_head_of_what_is_not_there_has_no_body(scope: FakeModelScope, address: str) -> None:
    answer = ask(scope.url + address, "HEAD")
    assert (answer.status, answer["Content-Length"]) == (404, "0")


def test_a_missing_file_is_a_404_or_a_200_with_the_same_words(scope: FakeModelScope) -> None:
    first = ask(scope.url + of("none.txt"))
    scope.quirks.missing_file = 200
    second = ask(scope.url + of("none.txt"))
    assert [first.status, second.status] == [404, 200]
    assert [answer.json["Code"] for answer in (first, second)] == [10990101007] * 2


def test_an_empty_file_is_a_file_unless_told_otherwise(scope: FakeModelScope) -> None:
    address = scope.url + of("empty.txt", f"/api/v1/models/{world.AWKWARD}/repo")
    answer = ask(address, Range="bytes=0-")
    assert (answer.status, answer["Content-Length"]) == (200, "0")
    scope.quirks.empty_files_are_missing = True
    assert ask(address).json["Code"] == 10990101007


@pytest.mark.parametrize("start", ["/models/", "/", "/api/v1/models/"])
def test_the_addresses_of_browsers_lead_to_the_same_bytes(scope: FakeModelScope, start: str) -> None:
    address = f"{scope.url}{start}{world.TINY}/resolve/master/"
    assert ask(address + "tokenizer/vocab.txt").body == content(scope, "tokenizer/vocab.txt")
    assert [ask(address + "model.safetensors", method).status for method in ("GET", "HEAD")] == [302, 302]


def test_a_dataset_has_the_same_routes(scope: FakeModelScope) -> None:
    path = f"/api/v1/datasets/{world.DATASET}/repo?Source=SDK&Revision=master&FilePath=data%2Ftrain.parquet&View=False"
    assert "&tag=dataset&" in ask(scope.url + path)["Location"]
    assert len(download(scope.url + path).body) == 30_000
    assert len(download(f"{scope.url}/datasets/{world.DATASET}/resolve/master/data/train.parquet").body) == 30_000


def test_the_same_bytes_have_one_address_whatever_the_repo(scope: FakeModelScope) -> None:
    scope.add(FakeRepo("other/copy", {"renamed.safetensors": content(scope, "model.safetensors")}))
    urls = [of("model.safetensors"), of("renamed.safetensors", "/api/v1/models/other/copy/repo")]
    first, second = (urlsplit(ask(scope.url + url)["Location"]) for url in urls)
    assert first.path == second.path
    assert first.query != second.query
