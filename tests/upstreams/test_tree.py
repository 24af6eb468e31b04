import json
from collections.abc import Callable

import pytest

from hub.errors import RevisionMissing, UpstreamBroken, UpstreamDisabled, UpstreamGated
from hub.names import RepoId, RepoKind
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.protocol import TreeDirectory, TreeFile
from tests.fakes import FakeHub, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY, client_of

MODEL, DATASET = RepoKind.MODEL, RepoKind.DATASET
MANY = RepoId.parse(world.MANY_FILES)
OID, SHA256, COMMIT = "a" * 40, "b" * 64, "c" * 40
FILE = {"type": "file", "path": "a.bin", "size": 5, "oid": OID}
LFS = FILE | {"lfs": {"oid": SHA256, "size": 5, "pointerSize": 126}}


def tree_of(client: HuggingFaceClient, hub: FakeHub, name: str) -> list[TreeFile | TreeDirectory]:
    return list(client.tree(MODEL, RepoId.parse(name), hub.repo(name).head.oid))


def test_every_file_and_directory_has_its_identity(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.TINY).head
    tree = tree_of(client, out_there, world.TINY)
    directories = {entry.path: entry.oid for entry in tree if isinstance(entry, TreeDirectory)}
    assert directories == {path: oid for path, oid in head.directories.items() if path}
    for entry in tree:
        if isinstance(entry, TreeFile):
            file = head.files[entry.path]
            assert (entry.size, entry.oid) == (file.size, file.oid)
            assert entry.sha256 == (file.source.sha256 if file.lfs else "")
            assert entry.pointer_size == (len(file.pointer) if file.lfs else None)


def test_awkward_names_come_through(client: HuggingFaceClient, out_there: FakeHub) -> None:
    paths = {entry.path for entry in tree_of(client, out_there, world.AWKWARD) if isinstance(entry, TreeFile)}
    assert paths == set(out_there.repo(world.AWKWARD).head.files)


@pytest.mark.parametrize("page", [1000, 100, 7])
def test_all_pages_are_read(page: int) -> None:
    with FakeHub([world.many_files(350)], tree_page=page) as hub:
        # The hub cuts down what is asked for; here it is made to have smaller pages than that.
        hub.tree_page = page
        head = hub.repo(world.MANY_FILES).head
        tree = list(client_of(hub).tree(MODEL, MANY, head.oid))
        assert {entry.path for entry in tree if isinstance(entry, TreeFile)} == set(head.files)


def test_pages_are_asked_for_as_they_are_needed() -> None:
    with FakeHub([world.many_files(2500)]) as hub:
        head = hub.repo(world.MANY_FILES).head
        tree = client_of(hub).tree(MODEL, MANY, head.oid)
        next(tree)
        assert len(hub.requests) == 1
        assert 1 + sum(1 for _ in tree) == len(head.files) + len(head.directories) - 1
        assert len(hub.requests) == 3


def test_a_gated_tree_proves_nothing(client: HuggingFaceClient, member: HuggingFaceClient, out_there: FakeHub) -> None:
    with pytest.raises(UpstreamGated) as caught:
        tree_of(client, out_there, world.GATED)
    assert "HUB_HUGGINGFACE_TOKEN" in caught.value.next_step
    assert len(tree_of(member, out_there, world.GATED)) == 6


def test_the_wrong_account_is_told_to_accept_the_terms(out_there: FakeHub) -> None:
    with pytest.raises(UpstreamGated, match="digests") as caught:
        tree_of(client_of(out_there, world.OUTSIDER), out_there, world.GATED)
    assert caught.value.next_step == (
        "accept its terms on huggingface with the account whose token is set for this upstream"
    )


def test_an_unknown_commit_is_a_missing_revision(client: HuggingFaceClient) -> None:
    with pytest.raises(RevisionMissing, match=COMMIT):
        list(client.tree(MODEL, TINY, COMMIT))


class Strange:
    """A hub whose trees are whatever a test writes down, one list for each page."""

    def __init__(self, *pages: object) -> None:
        self.pages = [json.dumps(page).encode() for page in pages]
        self.asked: list[str] = []
        self.links: dict[int, str] = {}

    def __call__(self, request: Request) -> Response:
        number = len(self.asked)
        self.asked.append(request.target)
        headers = [("Content-Type", "application/json")]
        if number in self.links:
            headers.append(("Link", self.links[number]))
        return Response(200, headers, self.pages[number])


Serve = Callable[..., Origin]


def strange_tree(serve: Serve, strange: Strange) -> list[TreeFile | TreeDirectory]:
    return list(client_of(serve(strange).url).tree(MODEL, TINY, COMMIT))


@pytest.mark.parametrize(
    "entry",
    [
        FILE | {"path": "../../etc/passwd"},
        FILE | {"path": "/etc/passwd"},
        FILE | {"path": "a/../../b"},
        FILE | {"path": "a//b"},
        FILE | {"path": "a\\b"},
        FILE | {"path": "a\0b"},
        FILE | {"path": "a\nb"},
        FILE | {"path": ""},
        FILE | {"path": "x" * 1025},
        FILE | {"path": "half \ud800"},
        FILE | {"path": 5},
        FILE | {"size": -1},
        FILE | {"size": "5"},
        FILE | {"size": True},
        FILE | {"size": 5.5},
        FILE | {"size": 1 << 70},
        FILE | {"size": None},
        FILE | {"oid": "a" * 39},
        FILE | {"oid": "A" * 40},
        FILE | {"oid": "a" * 64},
        FILE | {"oid": None},
        LFS | {"lfs": {"oid": "b" * 63, "size": 5, "pointerSize": 126}},
        LFS | {"lfs": {"oid": "sha256:" + SHA256, "size": 5, "pointerSize": 126}},
        LFS | {"lfs": {"oid": SHA256, "size": 6, "pointerSize": 126}},
        LFS | {"lfs": {"oid": SHA256, "size": 5, "pointerSize": -1}},
        LFS | {"lfs": {"size": 5}},
        LFS | {"lfs": [SHA256]},
        {"type": "directory", "path": "..", "oid": OID},
        {"type": "directory", "path": "d"},
        {"path": "no-type"},
        "text",
        None,
        7,
    ],
)
def test_entries_that_cannot_be_are_refused(serve: Serve, entry: object) -> None:
    with pytest.raises(UpstreamBroken, match="acme/tiny"):
        strange_tree(serve, Strange([FILE | {"path": "good.txt"}, entry]))


def test_a_path_that_is_listed_twice_is_refused(serve: Serve) -> None:
    with pytest.raises(UpstreamBroken, match="twice"):
        strange_tree(serve, Strange([FILE, LFS]))


def test_a_tree_that_is_no_list_is_refused(serve: Serve) -> None:
    with pytest.raises(UpstreamBroken, match="no list"):
        strange_tree(serve, Strange({"error": "none"}))


def test_submodules_are_passed_over(serve: Serve) -> None:
    assert strange_tree(serve, Strange([{"type": "unknown", "path": "sub", "oid": OID}, FILE])) == [
        TreeFile("a.bin", 5, OID)
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<{own}/api/models/acme/tiny/tree/{commit}?recursive=true&cursor=two>; rel="next"',
        '</api/models/acme/tiny/tree/{commit}?recursive=true&cursor=two>; rel="next"',
        '<?recursive=true&cursor=two>; rel="next"',
        '<https://huggingface.co/api/models/acme/tiny/tree/main?recursive=true&cursor=two>; rel="next"',
        "<http://10.0.0.1:6379/?recursive=true&cursor=two>; rel=next",
    ],
)
def test_the_next_page_is_asked_of_the_same_hub_whatever_the_link_says(serve: Serve, link: str) -> None:
    strange = Strange([FILE], [FILE | {"path": "second.txt"}])
    origin = serve(strange)
    strange.links[0] = link.format(own=origin.url, commit=COMMIT)
    tree = list(client_of(origin.url).tree(MODEL, TINY, COMMIT))
    assert [entry.path for entry in tree] == ["a.bin", "second.txt"]
    assert strange.asked[1] == f"/api/models/acme/tiny/tree/{COMMIT}?recursive=true&cursor=two"


def test_pages_that_go_round_in_circles_end(serve: Serve) -> None:
    strange = Strange([FILE], [])
    strange.links = dict.fromkeys(range(2), '<?recursive=true&cursor=same>; rel="next"')
    with pytest.raises(UpstreamBroken, match="leads nowhere"):
        strange_tree(serve, strange)


def test_a_disabled_repo_does_not_tell_its_history(client: HuggingFaceClient, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    repo.disabled = True
    with pytest.raises(UpstreamDisabled):
        client.commits(MODEL, TINY, repo.head.oid)


def test_datasets_have_trees_too(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.DATASET, "dataset").head
    tree = client.tree(DATASET, RepoId.parse(world.DATASET), head.oid)
    assert {entry.path for entry in tree if isinstance(entry, TreeFile)} == set(head.files)
