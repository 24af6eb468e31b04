"""What every kind of upstream client promises. A new kind is one more entry in WORLDS.

An entry makes a `Stand`: a running hub of that kind with the repo `acme/tiny` of the shared world, its client, and
what is true there.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from hub.digests import digest_of
from hub.errors import FileMissing, RepoMissing, RevisionMissing, UpstreamError, UpstreamUnreachable
from hub.names import RepoId, RepoKind, is_commit
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.protocol import TreeDirectory, TreeFile, UpstreamClient
from tests.fakes import FakeHub, FakeModelScope, FakeRepo, world
from tests.fakes.server import FakeServer

MODEL = RepoKind.MODEL
TINY = RepoId.parse(world.TINY)
NO_COMMIT = "0" * 40


@dataclass
class Stand:
    client: UpstreamClient
    unplug: Callable[[], None]
    requests: Callable[[], int]
    licence: str
    default_ref: str
    commit: str
    older_commit: str
    branch: str
    branch_commit: str
    contents: dict[str, bytes]


def stand_of(client: UpstreamClient, hub: FakeServer, repo: FakeRepo, default_ref: str) -> Stand:
    return Stand(
        client=client,
        unplug=hub.unplug,
        requests=lambda: len(hub.requests),
        licence="mit",
        default_ref=default_ref,
        commit=repo.head.oid,
        older_commit=repo.tags["v1.0"].oid,
        branch="dev/x",
        branch_commit=repo.branches["dev/x"].oid,
        contents={path: file.source.read(0, file.size) for path, file in repo.head.files.items()},
    )


@contextmanager
def huggingface() -> Iterator[Stand]:
    with FakeHub() as hub:
        client = HuggingFaceClient("huggingface", hub.url, "", ("127.0.0.2",), 16)
        yield stand_of(client, hub, hub.add(world.tiny()), "main")


@contextmanager
def modelscope() -> Iterator[Stand]:
    with FakeModelScope() as hub:
        client = ModelScopeClient("modelscope", hub.url, "", ("127.0.0.2",), 16)
        yield stand_of(client, hub, hub.add(world.tiny()), "master")


WORLDS: dict[str, Callable[[], AbstractContextManager[Stand]]] = {"huggingface": huggingface, "modelscope": modelscope}


@pytest.fixture(params=WORLDS)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    with WORLDS[request.param]() as stand:
        yield stand


def files_of(stand: Stand) -> dict[str, TreeFile]:
    tree = stand.client.tree(MODEL, TINY, stand.commit)
    return {entry.path: entry for entry in tree if isinstance(entry, TreeFile)}


def read(stand: Stand, path: str, start: int = 0, length: int | None = None) -> bytes:
    size = len(stand.contents[path])
    with stand.client.open(MODEL, TINY, stand.commit, path, size, start, length) as stream:
        found, buffer = bytearray(), memoryview(bytearray(7000))
        while count := stream.readinto(buffer):
            found += buffer[:count]
        assert stream.start == start
        assert stream.length == len(found)
    return bytes(found)


def test_the_default_revision_is_pinned_to_a_commit(stand: Stand) -> None:
    info = stand.client.info(MODEL, TINY, "")
    assert (info.kind, info.repo_id, info.commit) == (MODEL, TINY, stand.commit)
    assert (info.licence, info.default_ref) == (stand.licence, stand.default_ref)
    assert (info.gated, info.private, info.disabled) == ("", False, False)
    assert stand.client.info(MODEL, TINY, stand.default_ref).commit == stand.commit


def test_branches_and_commits_are_pinned(stand: Stand) -> None:
    assert stand.client.info(MODEL, TINY, stand.branch).commit == stand.branch_commit
    assert stand.client.info(MODEL, TINY, stand.older_commit).commit == stand.older_commit


def test_the_raw_answer_lists_no_files_and_hints_at_no_other_storage(stand: Stand) -> None:
    raw = stand.client.info(MODEL, TINY, "").raw
    assert raw
    assert "siblings" not in raw
    assert "xet" not in str(raw).lower()


def test_the_tree_names_every_file_with_its_size_and_digest(stand: Stand) -> None:
    files = files_of(stand)
    assert {path: file.size for path, file in files.items()} == {
        path: len(content) for path, content in stand.contents.items()
    }
    for path, content in stand.contents.items():
        digest_of([content], len(content), files[path].digest).verify()


def test_the_tree_names_every_directory(stand: Stand) -> None:
    tree = stand.client.tree(MODEL, TINY, stand.commit)
    directories = {entry.path for entry in tree if isinstance(entry, TreeDirectory)}
    assert directories == {path.rpartition("/")[0] for path in stand.contents if "/" in path}


def test_an_id_in_another_letter_case_is_answered_in_upstreams_own(stand: Stand) -> None:
    assert stand.client.info(MODEL, RepoId.parse(str(TINY).upper()), "").repo_id == TINY


def test_the_tree_comes_as_it_is_read(stand: Stand) -> None:
    tree = stand.client.tree(MODEL, TINY, stand.commit)
    assert stand.requests() == 0
    assert next(iter(tree)).path


def test_refs_name_commits(stand: Stand) -> None:
    refs = {(ref.kind, ref.name): ref.commit for ref in stand.client.refs(MODEL, TINY)}
    assert refs["branch", stand.branch] == stand.branch_commit
    assert all(is_commit(commit) for commit in refs.values())


def test_the_newest_commit_comes_first(stand: Stand) -> None:
    commits = stand.client.commits(MODEL, TINY, stand.commit)
    assert commits[0].id == stand.commit
    assert commits[0].title
    assert commits[0].date is not None


def test_whole_files_arrive_as_they_are(stand: Stand) -> None:
    for path, content in stand.contents.items():
        assert read(stand, path) == content


def test_any_part_of_a_file_can_be_asked_for(stand: Stand) -> None:
    for path, content in stand.contents.items():
        middle, end = len(content) // 2, len(content)
        assert read(stand, path, 0, middle) == content[:middle]
        assert read(stand, path, middle) == content[middle:]
        assert read(stand, path, end - 1, 1) == content[-1:]


def test_a_stream_may_be_given_up_and_closed_twice(stand: Stand) -> None:
    path = max(stand.contents, key=lambda one: len(stand.contents[one]))
    stream = stand.client.open(MODEL, TINY, stand.commit, path, len(stand.contents[path]))
    assert stream.readinto(memoryview(bytearray(10))) > 0
    stream.close()
    stream.close()
    assert read(stand, path) == stand.contents[path]


def test_a_part_outside_of_the_file_is_a_mistake_of_the_caller(stand: Stand) -> None:
    with pytest.raises(ValueError, match="no part"):
        stand.client.open(MODEL, TINY, stand.commit, "config.json", 10, 5, 6)


def test_a_missing_repo_is_told_apart_from_a_missing_revision_and_a_missing_file(stand: Stand) -> None:
    with pytest.raises(RepoMissing):
        stand.client.info(MODEL, RepoId.parse("acme/never-was"), "")
    with pytest.raises(RevisionMissing):
        stand.client.info(MODEL, TINY, "never-was")
    with pytest.raises(RevisionMissing):
        list(stand.client.tree(MODEL, TINY, NO_COMMIT))
    with pytest.raises(FileMissing):
        stand.client.open(MODEL, TINY, stand.commit, "never-was.txt", 10)


def test_an_upstream_that_is_there_passes_the_check(stand: Stand) -> None:
    stand.client.check()


def test_an_unplugged_upstream_is_unreachable_whatever_is_asked(stand: Stand) -> None:
    stand.unplug()
    asked: list[Callable[[], object]] = [
        lambda: stand.client.info(MODEL, TINY, ""),
        lambda: list(stand.client.tree(MODEL, TINY, stand.commit)),
        lambda: stand.client.open(MODEL, TINY, stand.commit, "config.json", 10),
        stand.client.check,
    ]
    for ask in asked:
        with pytest.raises(UpstreamUnreachable) as caught:
            ask()
        assert not caught.value.permanent


def test_every_error_is_a_sentence_for_a_person(stand: Stand) -> None:
    with pytest.raises((RepoMissing, UpstreamError)) as caught:
        stand.client.info(MODEL, RepoId.parse("acme/never-was"), "")
    assert "acme/never-was" in caught.value.words
    assert caught.value.next_step
