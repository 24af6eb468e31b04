import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.errors import RepoMissing, RevisionMissing, UpstreamBroken, UpstreamGated
from hub.names import RepoId, RepoKind
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.modelscope.facts import licence_of, moment, own_spelling, repo_info
from tests.fakes import FakeModelScope, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY
from tests.upstreams.modelscope.conftest import envelope, scope_client

MODEL, DATASET, SPACE = RepoKind
COMMIT = "c" * 40


def test_every_kind_of_name_is_pinned(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    repo = out_there.repo(world.TINY)
    expected = {
        "": repo.head,
        "master": repo.head,
        "v1.0": repo.tags["v1.0"],
        "dev/x": repo.branches["dev/x"],
        repo.tags["v1.0"].oid: repo.tags["v1.0"],
    }
    for revision, commit in expected.items():
        assert client.info(MODEL, TINY, revision).commit == commit.oid


@pytest.mark.parametrize("revision", ["main", "never-was", "0" * 40])
def test_an_unknown_name_is_a_missing_revision_and_never_the_default(client: ModelScopeClient, revision: str) -> None:
    with pytest.raises(RevisionMissing, match=revision):
        client.info(MODEL, TINY, revision)


@pytest.mark.parametrize("history", [None, [{"Id": "e" * 40}]])
@pytest.mark.parametrize("kind", [MODEL, DATASET])
def test_a_commit_that_upstream_tells_no_history_of_is_known_by_its_files(
    serve: Callable[..., Origin], kind: RepoKind, history: Any
) -> None:
    """Whether `Ref` may be a commit is not known of the live hub; who does not look at it tells of master."""

    def answer(request: Request) -> Response:
        listed = [{"Path": "a.txt"}] if f"Revision={COMMIT}&" in request.target else None
        data = {"Commit": history, "Files": listed, "Path": "acme", "Name": "tiny"}
        return Response(200, [], json.dumps(envelope(data)).encode())

    client = scope_client(serve(answer).url)
    assert client.info(kind, TINY, COMMIT).commit == COMMIT
    assert client.commits(kind, TINY, COMMIT) == []
    for ask in (client.info, client.commits):
        with pytest.raises(RevisionMissing):
            ask(kind, TINY, "d" * 40)


def test_the_facts_are_what_the_hub_tells(client: ModelScopeClient) -> None:
    info = client.info(MODEL, TINY, "")
    assert (info.licence, info.pipeline_tag, info.library_name) == ("mit", "text-generation", "transformers")
    assert (info.downloads, info.likes, info.private, info.disabled) == (1200, 7, False, False)
    assert info.created_at == datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC)
    assert info.default_ref == "master"
    assert "tiny" in info.tags


def test_datasets_have_their_own_addresses(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    info = client.info(DATASET, RepoId.parse(world.DATASET), "")
    assert info.commit == out_there.repo(world.DATASET, "dataset").head.oid
    assert info.licence == "cc-by-4.0"


@pytest.mark.parametrize("asked", [world.TINY.upper(), world.TINY.title(), "ACME/tiny"])
def test_an_id_of_an_old_script_leads_to_upstreams_own_spelling(client: ModelScopeClient, asked: str) -> None:
    assert client.info(MODEL, RepoId.parse(asked), "").repo_id == TINY


def test_later_questions_use_upstreams_spelling_where_it_insists(out_there: FakeModelScope) -> None:
    scope_client(out_there).info(MODEL, RepoId.parse("ACME/TINY"), "")
    asked = [entry.target for entry in out_there.requests]
    assert asked[0].startswith("/api/v1/models/ACME/TINY")
    assert asked[1].startswith("/api/v1/models/acme/tiny/commits?")


def test_private_and_gated_repos_are_for_those_who_may_read_them(
    client: ModelScopeClient, member: ModelScopeClient
) -> None:
    private, gated = RepoId.parse(world.PRIVATE), RepoId.parse(world.GATED)
    assert member.info(MODEL, private, "").private
    found = member.info(MODEL, gated, "")
    assert (found.gated, found.private) == ("manual", False)
    for repo_id in (private, gated):
        with pytest.raises(UpstreamGated, match="private or gated") as caught:
            client.info(MODEL, repo_id, "")
        assert "HUB_MODELSCOPE_TOKEN" in caught.value.next_step


@pytest.mark.parametrize(("kind", "name"), [(SPACE, "acme/demo"), (MODEL, "gpt-old"), (DATASET, "poems")])
def test_what_no_repo_there_can_be_called_is_not_asked_for(
    client: ModelScopeClient, out_there: FakeModelScope, kind: RepoKind, name: str
) -> None:
    with pytest.raises(RepoMissing, match=name):
        client.info(kind, RepoId.parse(name), "")
    assert len(out_there.requests) == 0


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        ("Apache License 2.0", "apache-2.0"),
        ("apache-2.0", "apache-2.0"),
        ("MIT License", "mit"),
        ("Some Own Licence", "Some Own Licence"),
        (["mit", "apache-2.0"], "mit, apache-2.0"),
        ("", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_licences_get_the_names_that_rules_know(told: object, licence: str) -> None:
    assert licence_of(told) == licence


DAY = datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (1706696430, DAY),
        ("1706696430", DAY),
        (1706696430000, DAY),
        ("2024-01-31T10:20:30Z", DAY),
        ("2024-01-31T18:20:30+08:00", DAY),
        ("2024-01-31T10:20:30", None),
        (0, None),
        (-5, None),
        (10**30, None),
        ("yesterday", None),
        (None, None),
        ({}, None),
    ],
)
def test_times_come_in_seconds_or_written_out(told: object, meant: datetime | None) -> None:
    assert moment(told) == meant


@pytest.mark.parametrize(
    ("told", "gated", "private"),
    [
        ({}, "", False),
        ({"Visibility": 5}, "", False),
        ({"Visibility": 1, "ProtectedMode": 2}, "", True),
        ({"Visibility": 3, "ProtectedMode": 2}, "", True),
        ({"Visibility": 1, "ProtectedMode": 1}, "manual", False),
    ],
)
def test_who_may_read_a_repo_is_told_in_two_numbers(told: dict[str, Any], gated: str, private: bool) -> None:
    info = repo_info(MODEL, TINY, told, COMMIT)
    assert (info.gated, info.private) == (gated, private)


def test_odd_types_are_no_reason_to_fail() -> None:
    odd = {"Tags": [1, None, {"Name": "en"}], "Tasks": "x", "Downloads": "many", "Stars": True, "CreatedTime": []}
    info = repo_info(MODEL, TINY, odd, COMMIT)
    assert (info.tags, info.pipeline_tag, info.downloads, info.likes, info.created_at) == (("en",), "x", 0, 0, None)


@pytest.mark.parametrize("data", [None, [], {}, "text", {"Path": "..", "Name": "x"}, {"Path": "api", "Name": "x"}])
def test_an_answer_that_is_no_repo_is_refused(data: object) -> None:
    with pytest.raises(UpstreamBroken):
        own_spelling("hub", TINY, data)


def test_a_repo_without_names_keeps_the_one_that_was_asked_for() -> None:
    assert own_spelling("hub", TINY, {"Id": 5}) == TINY
    assert own_spelling("hub", TINY, {"Namespace": "Acme", "Name": "Tiny"}) == RepoId("Acme", "Tiny")


def test_the_raw_answer_is_kept_without_the_card_and_what_no_database_takes() -> None:
    told = {"Id": 5, "Description": "nul\0 and \ud800 half", "ReadMeContent": "# long"}
    assert repo_info(MODEL, TINY, told, COMMIT).raw == {"Id": 5, "Description": "nul and ? half"}


def test_nothing_of_the_machines_own_setup_is_used(
    client: ModelScopeClient, out_there: FakeModelScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-somebody")
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", "http://127.0.0.1:9")
    client.info(MODEL, TINY, "")
    assert len(out_there.requests) == 2
    for entry in out_there.requests:
        assert entry.headers["user-agent"] == "entrepot"
        assert not {"authorization", "cookie"} & set(entry.headers)
