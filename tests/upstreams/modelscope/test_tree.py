import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from hub.digests import git_blob_id, lfs_pointer
from hub.errors import RevisionMissing, UpstreamBroken, UpstreamError, UpstreamGated, UpstreamUnreachable
from hub.names import RepoId, RepoKind
from hub.upstreams.modelscope import tree as listing
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.protocol import TreeDirectory, TreeFile
from tests.fakes import FakeModelScope, FakeRepo, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY
from tests.upstreams.modelscope.conftest import envelope, scope_client

MODEL, DATASET = RepoKind.MODEL, RepoKind.DATASET
MANY = RepoId.parse("acme/many")
COMMIT, TOUCHED, SHA256 = "c" * 40, "d" * 40, "b" * 64
FILE = {"Type": "blob", "Path": "a.bin", "Name": "a.bin", "Size": 5, "Sha256": SHA256, "Revision": TOUCHED}
LFS = FILE | {"IsLFS": True}
Serve = Callable[..., Origin]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAUSES", (0.0, 0.0, 0.0))


def tree_of(hub: FakeModelScope, name: str, kind: RepoKind = MODEL) -> list[TreeFile | TreeDirectory]:
    return list(scope_client(hub).tree(kind, RepoId.parse(name), hub.repo(name, kind.value).head.oid))


def paths_of(tree: list[TreeFile | TreeDirectory]) -> set[str]:
    return {entry.path for entry in tree if isinstance(entry, TreeFile)}


def test_every_file_has_its_sha256_and_the_commit_that_touched_it(out_there: FakeModelScope) -> None:
    head = out_there.repo(world.TINY).head
    files = [entry for entry in tree_of(out_there, world.TINY) if isinstance(entry, TreeFile)]
    assert {entry.path for entry in files} == set(head.files)
    for entry in files:
        file = head.files[entry.path]
        assert (entry.size, entry.sha256) == (file.size, file.source.sha256)
        assert entry.last_commit == head.last_change_of(entry.path).oid
        assert str(entry.digest) == f"sha256:{file.source.sha256}"
    assert len({entry.last_commit for entry in files}) == 2


def test_a_file_in_lfs_gets_the_identity_of_its_pointer_and_others_none(out_there: FakeModelScope) -> None:
    head = out_there.repo(world.TINY).head
    for entry in tree_of(out_there, world.TINY):
        if isinstance(entry, TreeDirectory):
            assert entry.oid == ""
            continue
        file = head.files[entry.path]
        assert entry.oid == (file.oid if file.lfs else "")
        assert entry.pointer_size == (len(file.pointer) if file.lfs else None)


def test_awkward_names_come_through(out_there: FakeModelScope) -> None:
    assert paths_of(tree_of(out_there, world.AWKWARD)) == set(out_there.repo(world.AWKWARD).head.files)


def test_datasets_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (350, 399, 400, 401):
        files = {f"part-{number:04}.txt": f"{number}" for number in range(count)}
        with FakeModelScope([FakeRepo("acme/many", files, kind="dataset")]) as hub:
            assert paths_of(tree_of(hub, "acme/many", DATASET)) == set(files)
            pages = [entry for entry in hub.requests if "/repo/tree?" in entry.target]
            assert [f"PageNumber={number + 1}&" in entry.target for number, entry in enumerate(pages)] == [True] * len(
                pages
            )


def test_a_403_on_a_later_page_is_a_hiccup_and_on_the_first_one_it_is_not() -> None:
    files = {f"part-{number:04}.txt": f"{number}" for number in range(450)}
    with FakeModelScope([FakeRepo("acme/many", files, kind="dataset")]) as hub:
        hub.quirks.tree_hiccups = 2
        assert paths_of(tree_of(hub, "acme/many", DATASET)) == set(files)
        hub.faults.add("status", status=403, path="PageNumber=1&")
        with pytest.raises(UpstreamGated):
            tree_of(hub, "acme/many", DATASET)
        hub.faults.add("status", status=403, path="PageNumber=2&", times=None)
        with pytest.raises(UpstreamUnreachable) as caught:
            tree_of(hub, "acme/many", DATASET)
        assert not caught.value.permanent


def spread(directories: int, each: int) -> dict[str, Any]:
    files = {f"shard {d}/deep+er/{n}.txt": f"{d} {n}" for d in range(directories) for n in range(each)}
    return {"README.md": "# many", **files}


@pytest.mark.parametrize("cut", [25, 26, 41, 200])
def test_a_listing_that_was_cut_off_is_walked_directory_by_directory(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    monkeypatch.setattr(listing, "CUT_OFF", cut)
    files = spread(4, 20)
    with FakeModelScope([FakeRepo("acme/many", files)]) as hub:
        hub.quirks.truncate_at = cut
        tree = tree_of(hub, "acme/many")
        assert paths_of(tree) == set(files)
        assert len(tree) == len({entry.path for entry in tree}) == len(files) + 8


def test_three_thousand_entries_are_where_it_is_cut_off() -> None:
    with FakeModelScope([FakeRepo("acme/many", spread(3, 1100))]) as hub:
        assert len(paths_of(tree_of(hub, "acme/many"))) == 3301
    with FakeModelScope([FakeRepo("acme/many", spread(1, 2990))]) as hub:
        assert len(paths_of(tree_of(hub, "acme/many"))) == 2991
        assert len(hub.requests) == 1


def test_a_directory_with_too_many_entries_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "CUT_OFF", 30)
    with FakeModelScope([FakeRepo("acme/many", spread(2, 30))]) as hub:
        hub.quirks.truncate_at = 30
        with pytest.raises(UpstreamError, match="at most 30 entries of a directory") as caught:
            tree_of(hub, "acme/many")
        assert "'shard 0/deep+er'" in caught.value.sentence
        assert caught.value.permanent
    with FakeModelScope([FakeRepo("acme/many", {f"{n}.txt": "" for n in range(30)})]) as hub:
        hub.quirks.truncate_at = 30
        with pytest.raises(UpstreamError, match="top directory"):
            tree_of(hub, "acme/many")


@pytest.mark.parametrize("told", ["null", "404"])
def test_an_unknown_commit_is_a_missing_revision(out_there: FakeModelScope, told: str) -> None:
    out_there.quirks.unknown_revision = told
    with pytest.raises(RevisionMissing, match=COMMIT):
        list(scope_client(out_there).tree(MODEL, TINY, COMMIT))
    with pytest.raises(RevisionMissing, match=COMMIT):
        list(scope_client(out_there).tree(DATASET, RepoId.parse(world.DATASET), COMMIT))


def test_a_gated_tree_is_gated(client: ModelScopeClient, member: ModelScopeClient, out_there: FakeModelScope) -> None:
    commit, gated = out_there.repo(world.GATED).head.oid, RepoId.parse(world.GATED)
    with pytest.raises(UpstreamGated):
        list(client.tree(MODEL, gated, commit))
    assert list(member.tree(MODEL, gated, commit))


def test_a_listing_without_digests_is_refused(out_there: FakeModelScope) -> None:
    out_there.quirks.sha256_of_commits = False
    with pytest.raises(UpstreamBroken, match="no sha256") as caught:
        tree_of(out_there, world.TINY)
    assert not caught.value.permanent


class Strange:
    """A hub whose listings are whatever a test writes down, by Root or page; it knows COMMIT."""

    def __init__(self, listings: dict[str, Any], **beside: Any) -> None:
        self.listings, self.beside = listings, beside

    def __call__(self, request: Request) -> Response:
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        if request.path.endswith("/commits"):
            told: Any = envelope({"Commit": [{"Id": COMMIT}]})
        else:
            listing = self.listings.get(query.get("PageNumber") or query.get("Root", ""))
            told = envelope({"Files": listing}, **self.beside)
        return Response(200, [("Content-Type", "application/json")], json.dumps(told).encode())


def strange_tree(serve: Serve, entries: Any, kind: RepoKind = MODEL, **beside: Any) -> list[TreeFile | TreeDirectory]:
    listings = entries if isinstance(entries, dict) else {"": entries, "1": entries}
    return list(scope_client(serve(Strange(listings, **beside)).url).tree(kind, TINY, COMMIT))


def test_digests_are_written_in_lower_case(serve: Serve) -> None:
    (file,) = strange_tree(serve, [LFS | {"Sha256": SHA256.upper()}])
    pointer = lfs_pointer(SHA256, 5)
    assert file == TreeFile("a.bin", 5, git_blob_id(pointer), SHA256, len(pointer), TOUCHED)


def test_an_empty_file_needs_no_digest(serve: Serve) -> None:
    (file,) = strange_tree(serve, [FILE | {"Size": 0, "Sha256": ""}])
    assert isinstance(file, TreeFile)
    assert file.sha256.startswith("e3b0c442")


@pytest.mark.parametrize(
    "entry",
    [
        FILE | {"Path": "../../etc/passwd"},
        FILE | {"Path": "/etc/passwd"},
        FILE | {"Path": "a//b"},
        FILE | {"Path": "a\\b"},
        FILE | {"Path": "a\0b"},
        FILE | {"Path": ""},
        FILE | {"Path": "x" * 1025},
        FILE | {"Path": 5},
        FILE | {"Size": -1},
        FILE | {"Size": "5"},
        FILE | {"Size": True},
        FILE | {"Size": 1 << 70},
        FILE | {"Size": None},
        FILE | {"Sha256": ""},
        FILE | {"Sha256": None},
        FILE | {"Sha256": "b" * 63},
        FILE | {"Sha256": "g" * 64},
        FILE | {"Sha256": 5},
        {key: value for key, value in FILE.items() if key != "Sha256"},
        {"Type": "tree", "Path": ".."},
        {"Path": "no-type"},
        "text",
        None,
    ],
)
def test_entries_that_cannot_be_are_refused(serve: Serve, entry: object) -> None:
    with pytest.raises(UpstreamBroken, match="acme/tiny"):
        strange_tree(serve, [FILE | {"Path": "good.txt"}, entry])


def test_a_commit_that_is_none_is_not_kept_as_the_one_that_touched_a_file(serve: Serve) -> None:
    (file,) = strange_tree(serve, [FILE | {"Revision": "master"}])
    assert isinstance(file, TreeFile)
    assert file.last_commit == ""


def test_a_path_that_is_listed_twice_is_refused(serve: Serve) -> None:
    with pytest.raises(UpstreamBroken, match="twice"):
        strange_tree(serve, [FILE, LFS])


def test_submodules_are_passed_over(serve: Serve) -> None:
    assert len(strange_tree(serve, [{"Type": "commit", "Path": "sub"}, FILE])) == 1


@pytest.mark.parametrize("kind", [MODEL, DATASET])
@pytest.mark.parametrize("told", [None, [], {"a": 1}, "text"])
def test_a_known_commit_without_files_is_an_upstream_in_trouble(serve: Serve, kind: RepoKind, told: object) -> None:
    with pytest.raises(UpstreamBroken, match="lists no files"):
        strange_tree(serve, {"": told, "1": told}, kind)


def test_a_directory_without_files_is_an_upstream_in_trouble(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "CUT_OFF", 3)
    directory = {"Type": "tree", "Path": "d"}
    cut = [directory, FILE | {"Path": "d/1"}, FILE | {"Path": "d/2"}]
    with pytest.raises(UpstreamError):
        strange_tree(serve, {"": cut, "d": None})


def test_a_hub_that_ignores_root_does_not_send_us_in_circles(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "CUT_OFF", 3)
    directory = {"Type": "tree", "Path": "d"}
    answers = iter([[directory, FILE, FILE], [directory, FILE], [directory, FILE]])

    def ignoring(request: Request) -> Response:
        return Response(200, [], json.dumps(envelope({"Files": next(answers)})).encode())

    with pytest.raises(UpstreamBroken, match="other directories"):
        list(scope_client(serve(ignoring).url).tree(MODEL, TINY, COMMIT))


def test_a_hub_that_ignores_page_numbers_does_not_send_us_in_circles(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 1)
    with pytest.raises(UpstreamBroken, match="twice"):
        strange_tree(serve, {"1": [FILE], "2": [FILE]}, DATASET)


def test_a_hub_that_caps_its_pages_is_read_to_the_end(serve: Serve) -> None:
    pages = {"1": [FILE], "2": [FILE | {"Path": "b.bin"}]}
    assert len(strange_tree(serve, pages, DATASET, TotalCount=2)) == 2
    with pytest.raises(UpstreamBroken, match="2 of the 3"):
        strange_tree(serve, pages, DATASET, TotalCount=3)
