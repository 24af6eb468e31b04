import pytest

from hub.errors import RevisionMissing, UpstreamBroken, UpstreamGated
from hub.names import RepoId, RepoKind
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.modelscope.history import parse_commits, parse_refs
from tests.fakes import FakeModelScope, world
from tests.upstreams.conftest import TINY

MODEL = RepoKind.MODEL
COMMIT = "c" * 40


@pytest.mark.parametrize("are_told", [True, False])
def test_branches_and_tags_are_listed_with_their_commits(
    client: ModelScopeClient, out_there: FakeModelScope, are_told: bool
) -> None:
    out_there.quirks.revision_commits = are_told
    repo = out_there.repo(world.TINY)
    refs = {(ref.kind, ref.name, ref.ref): ref.commit for ref in client.refs(MODEL, TINY)}
    assert refs == {
        ("branch", "master", "refs/heads/master"): repo.head.oid,
        ("branch", "dev/x", "refs/heads/dev/x"): repo.branches["dev/x"].oid,
        ("tag", "v1.0", "refs/tags/v1.0"): repo.tags["v1.0"].oid,
    }
    assert len(out_there.requests) == (1 if are_told else 4)


def test_commits_are_told_newest_first(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    head = out_there.repo(world.TINY).head
    commits = client.commits(MODEL, TINY, head.oid)
    assert [commit.id for commit in commits] == [commit.oid for commit in head.history]
    assert (commits[0].title, commits[0].authors, commits[0].date) == ("Add notes", ("acme",), head.date)
    assert "what changed" in commits[0].message


def test_the_history_of_an_unknown_commit_is_missing(client: ModelScopeClient) -> None:
    with pytest.raises(RevisionMissing):
        client.commits(MODEL, TINY, COMMIT)


def test_the_history_of_a_gated_repo_is_gated(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    with pytest.raises(UpstreamGated):
        client.commits(MODEL, RepoId.parse(world.GATED), out_there.repo(world.GATED).head.oid)


def pinned(label: str) -> str:
    if label == "gone":
        raise RevisionMissing("gone")
    return COMMIT


@pytest.mark.parametrize(
    "data", [[], None, {}, {"RevisionMap": None}, {"RevisionMap": {"Branches": [{}]}}, {"RevisionMap": {"Tags": ["v"]}}]
)
def test_lists_that_name_nothing_are_refused(data: object) -> None:
    with pytest.raises(UpstreamBroken):
        list(parse_refs("hub", data, pinned))


def test_refs_that_have_gone_or_that_nobody_could_write_are_passed_over() -> None:
    branches = [{"Revision": name} for name in ("master", "gone", "a..b")]
    refs = list(parse_refs("hub", {"RevisionMap": {"Branches": branches, "Tags": None}}, pinned))
    assert [(ref.name, ref.commit) for ref in refs] == [("master", COMMIT)]


@pytest.mark.parametrize("data", [None, [], {"Commit": "x"}, {"Commit": ["text"]}, {"Commit": [{"Id": "short"}]}])
def test_commits_without_an_id_are_refused(data: object) -> None:
    with pytest.raises(UpstreamBroken):
        parse_commits("hub", data)


def test_no_commits_are_no_commits_and_a_commit_may_lack_everything_but_its_id() -> None:
    assert parse_commits("hub", {"Commit": None}) == parse_commits("hub", {"Commit": []}) == []
    (commit,) = parse_commits("hub", {"Commit": [{"Id": COMMIT, "Message": "first\nsecond", "CommittedDate": "x"}]})
    assert (commit.title, commit.message, commit.date, commit.authors) == ("first", "first\nsecond", None, ())
