"""How file content is reached: the hop of small files, the CDN of big ones, ranges, names that are hard to quote."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import pytest

from tests.fakes import FakeHub, FakeRepo, Synthetic, User, world

from .asking import ask, download

SMALL = f"/{world.TINY}/resolve/main/config.json"
LFS = f"/{world.TINY}/resolve/main/model.safetensors"


def test_a_small_public_file_is_reached_through_a_relative_redirect(hub: FakeHub) -> None:
    hop = ask(hub.url + SMALL)
    assert hop.status == 307
    assert hop["Location"].startswith(f"/api/resolve-cache/models/{world.TINY}/")
    file = hub.repo(world.TINY).head.files["config.json"]
    answer = ask(hub.url + hop["Location"])
    assert (answer.status, answer["ETag"]) == (200, f'"{file.oid}"')
    assert answer["X-Repo-Commit"] == hop["X-Repo-Commit"] == hub.repo(world.TINY).head.oid
    assert answer.body == file.source.read(0, file.size)


def test_the_hop_works_without_its_query_since_old_clients_drop_it(hub: FakeHub) -> None:
    hop = ask(hub.url + SMALL)
    assert ask(hub.url + hop["Location"].partition("?")[0]).status == 200


def test_empty_private_and_gated_files_are_served_without_the_hop(hub: FakeHub, member: User) -> None:
    for path in (f"/{world.PRIVATE}/resolve/main/README.md", f"/{world.GATED}/resolve/main/config.json"):
        assert ask(hub.url + path, user=member).status == 200
    assert ask(f"{hub.url}/{world.AWKWARD}/resolve/main/empty.txt").status == 200


def test_the_hop_can_be_limited_to_named_revisions_or_switched_off() -> None:
    for hop, by_name, by_commit in (("always", 307, 307), ("named", 307, 200), ("never", 200, 200)):
        with FakeHub([world.tiny()], cache_hop=hop) as hub:  # type: ignore[arg-type]
            pinned = SMALL.replace("main", hub.repo(world.TINY).head.oid)
            assert (ask(hub.url + SMALL).status, ask(hub.url + pinned).status) == (by_name, by_commit)


def test_an_lfs_file_comes_from_another_origin_by_a_signed_address(hub: FakeHub) -> None:
    answer = ask(hub.url + LFS)
    file = hub.repo(world.TINY).head.files["model.safetensors"]
    assert answer.status == 302
    assert answer["Location"].startswith(hub.cdn_url)
    assert answer["X-Linked-ETag"] == f'"{file.source.sha256}"'
    assert answer["X-Linked-Size"] == str(file.size)
    assert "ETag" not in answer
    body = ask(answer["Location"]).body
    assert hashlib.sha256(body).hexdigest() == file.source.sha256


def test_the_cdn_refuses_a_request_that_carries_a_token(hub: FakeHub, member: User) -> None:
    location = ask(hub.url + LFS, user=member)["Location"]
    assert ask(location, user=member).status == 400
    assert ask(location).status == 200


def test_the_cdn_refuses_a_wrong_signature_and_an_expired_one(hub: FakeHub) -> None:
    location = ask(hub.url + LFS)["Location"]
    assert ask(location.replace("Signature=", "Signature=0")).status == 403
    hub.cdn.lifetime = -1
    expired = ask(ask(hub.url + LFS)["Location"])
    assert (expired.status, expired["Content-Type"]) == (403, "application/xml")


def test_xet_hints_are_there_until_they_are_switched_off() -> None:
    tree = f"/api/models/{world.TINY}/tree/main"
    for xet in (True, False):
        with FakeHub([world.tiny()], xet=xet) as hub:
            answer = ask(hub.url + LFS)
            assert ("X-Xet-Hash" in answer, "Link" in answer) == (xet, xet)
            entries = ask(hub.url + tree).json
            assert any("xetHash" in entry for entry in entries) == xet
            assert download(hub.url + LFS).status == 200


@pytest.mark.parametrize(
    ("asked", "status", "content_range", "length"),
    [
        ("bytes=0-0", 206, "bytes 0-0/65611", 1),
        ("bytes=100-199", 206, "bytes 100-199/65611", 100),
        ("bytes=65600-99999", 206, "bytes 65600-65610/65611", 11),
        ("bytes=65610-", 206, "bytes 65610-65610/65611", 1),
        ("bytes=-11", 206, "bytes 65600-65610/65611", 11),
        ("bytes=65611-", 416, "bytes */65611", 0),
        ("lines=1-2", 200, "", 65611),
    ],
)
def test_a_range_is_honoured_clamped_or_refused(
    hub: FakeHub, asked: str, status: int, content_range: str, length: int
) -> None:
    answer = download(hub.url + LFS, Range=asked)
    assert (answer.status, answer["Content-Range"], len(answer.body)) == (status, content_range, length)


def test_head_tells_the_length_and_sends_no_body(hub: FakeHub) -> None:
    location = ask(hub.url + LFS, "HEAD")["Location"]
    answer = ask(location, "HEAD")
    assert (answer.status, answer["Content-Length"], answer["Accept-Ranges"], answer.body) == (
        200,
        "65611",
        "bytes",
        b"",
    )


def test_a_known_etag_is_answered_with_304_on_resolve_but_not_on_raw(hub: FakeHub) -> None:
    path = ask(hub.url + SMALL)["Location"]
    etag = ask(hub.url + path)["ETag"]
    assert ask(hub.url + path, If_None_Match=etag).status == 304
    assert ask(hub.url + SMALL.replace("resolve", "raw"), If_None_Match=etag).status == 200


def test_raw_gives_the_pointer_of_an_lfs_file(hub: FakeHub) -> None:
    answer = ask(hub.url + LFS.replace("resolve", "raw"))
    assert answer.text.startswith("version https://git-lfs.github.com/spec/v1\n")


@pytest.mark.parametrize("path", world.awkward().head.files)
def test_a_name_that_is_hard_to_quote_is_found(hub: FakeHub, path: str) -> None:
    file = hub.repo(world.AWKWARD).head.files[path]
    answer = download(f"{hub.url}/{world.AWKWARD}/resolve/main/{quote(path)}")
    assert (answer.status, answer.body) == (200, file.source.read(0, file.size))


@pytest.mark.parametrize("revision", ["dev%2Fx", "dev/x", "refs%2Fheads%2Fdev%2Fx", "refs/heads/dev/x"])
def test_a_revision_with_a_slash_is_found_quoted_or_not(hub: FakeHub, revision: str) -> None:
    answer = ask(f"{hub.url}/{world.TINY}/resolve/{revision}/config.json")
    assert answer["X-Repo-Commit"] == hub.repo(world.TINY).branches["dev/x"].oid


def test_a_missing_file_and_a_missing_revision_are_told_apart(hub: FakeHub) -> None:
    file = ask(f"{hub.url}/{world.TINY}/resolve/main/none.json", "HEAD")
    assert (file.status, file["X-Error-Code"]) == (404, "EntryNotFound")
    assert file["X-Repo-Commit"] == hub.repo(world.TINY).head.oid
    revision = ask(f"{hub.url}/{world.TINY}/resolve/none/config.json", "HEAD")
    assert (revision.status, revision["X-Error-Code"]) == (404, "RevisionNotFound")


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [(world.RENAMED_FROM, world.RENAMED), (world.CLASSIC_FROM, world.CLASSIC), ("Acme/TINY", world.TINY)],
)
def test_an_old_name_and_a_wrong_case_lead_to_the_right_one(hub: FakeHub, asked: str, canonical: str) -> None:
    answer = ask(f"{hub.url}/{asked}/resolve/main/README.md?download=true")
    assert (answer.status, answer["Location"]) == (307, f"/{canonical}/resolve/main/README.md?download=true")
    answer = ask(f"{hub.url}/api/models/{asked}/tree/main")
    assert (answer.status, answer["Location"]) == (307, f"/api/models/{canonical}/tree/main")


def test_a_hub_under_a_path_prefix_keeps_it_in_what_it_says() -> None:
    with FakeHub([world.tiny(), world.renamed()], path_prefix="/hf", tree_page=2) as hub:
        assert hub.url.endswith("/hf")
        assert ask(hub.url + SMALL)["Location"].startswith("/hf/api/resolve-cache/")
        assert download(hub.url + SMALL).status == 200
        moved = ask(f"{hub.url}/api/models/{world.RENAMED_FROM}")["Location"]
        assert moved == f"/hf/api/models/{world.RENAMED}"
        link = ask(f"{hub.url}/api/models/{world.TINY}/tree/main")["Link"]
        assert link.startswith(f"<{hub.url}/api/models/")
        assert ask(hub.hub_origin.url + SMALL).status == 404


def test_a_big_file_arrives_whole_from_disk_and_from_the_generator(tmp_path) -> None:
    on_disk = tmp_path / "big.bin"
    on_disk.write_bytes(Synthetic(5_000_000, 1).read(0, 5_000_000))
    repo = FakeRepo("acme/big", {"disk.bin": on_disk, "made.bin": Synthetic(5_000_000, 2)})
    with FakeHub([repo]) as hub:
        for name in ("disk.bin", "made.bin"):
            answer = download(f"{hub.url}/acme/big/resolve/main/{name}")
            assert hashlib.sha256(answer.body).hexdigest() == repo.head.files[name].source.sha256
            assert hub.requests[-1].sent == 5_000_000
