import pytest

from hub.errors import UpstreamBroken, UpstreamGated
from hub.names import RepoId, RepoKind
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.huggingface.history import parse_commits, parse_refs
from tests.fakes import FakeHub, world
from tests.upstreams.conftest import TINY

COMMIT = "c" * 40


def test_branches_tags_and_converts_are_listed(client: HuggingFaceClient, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    refs = {(ref.kind, ref.name, ref.ref): ref.commit for ref in client.refs(RepoKind.MODEL, TINY)}
    assert refs == {
        ("branch", "main", "refs/heads/main"): repo.head.oid,
        ("branch", "dev/x", "refs/heads/dev/x"): repo.branches["dev/x"].oid,
        ("tag", "v1.0", "refs/tags/v1.0"): repo.tags["v1.0"].oid,
    }
    converts = client.refs(RepoKind.DATASET, RepoId.parse(world.DATASET))
    assert ("convert", "parquet", "refs/convert/parquet") in [(ref.kind, ref.name, ref.ref) for ref in converts]


def test_commits_are_told_newest_first(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.TINY).head
    commits = client.commits(RepoKind.MODEL, TINY, head.oid)
    assert [commit.id for commit in commits] == [commit.oid for commit in head.history]
    assert (commits[0].title, commits[0].authors, commits[0].date) == ("Add notes", ("acme",), head.date)
    assert "what changed" in commits[0].message


def test_the_history_of_a_gated_repo_is_gated(client: HuggingFaceClient, out_there: FakeHub) -> None:
    with pytest.raises(UpstreamGated):
        client.commits(RepoKind.MODEL, RepoId.parse(world.GATED), out_there.repo(world.GATED).head.oid)


@pytest.mark.parametrize(
    "data",
    [
        [],
        None,
        {"branches": [{"name": "main"}]},
        {"tags": ["v1"]},
        {"tags": [{"name": "a", "ref": "b", "targetCommit": "c"}]},
    ],
)
def test_refs_without_a_commit_are_refused(data: object) -> None:
    with pytest.raises(UpstreamBroken):
        parse_refs("hub", data)


def test_refs_that_nobody_could_write_are_passed_over() -> None:
    bad = {"name": "a..b", "ref": "refs/heads/a..b", "targetCommit": COMMIT}
    good = {"name": "ok", "ref": "refs/heads/ok", "targetCommit": COMMIT}
    assert [ref.name for ref in parse_refs("hub", {"branches": [bad, good]})] == ["ok"]


@pytest.mark.parametrize("data", [{}, None, ["text"], [{"id": "short"}], [{}]])
def test_commits_without_an_id_are_refused(data: object) -> None:
    with pytest.raises(UpstreamBroken):
        parse_commits("hub", data)


def test_a_commit_may_lack_everything_but_its_id() -> None:
    (commit,) = parse_commits("hub", [{"id": COMMIT, "authors": None, "date": "x", "title": None}])
    assert (commit.title, commit.message, commit.date, commit.authors) == ("", "", None, ())
