from datetime import UTC, datetime

import pytest

from hub.errors import RepoMissing, UpstreamBroken
from hub.names import RepoId, RepoKind
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.huggingface.facts import licence_of, repo_info
from tests.fakes import FakeHub, FakeRepo, world
from tests.upstreams.conftest import TINY, client_of

MODEL, DATASET = RepoKind.MODEL, RepoKind.DATASET
COMMIT = "c" * 40


def test_every_kind_of_name_is_pinned(client: HuggingFaceClient, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    expected = {
        "": repo.head,
        "main": repo.head,
        "v1.0": repo.tags["v1.0"],
        "dev/x": repo.branches["dev/x"],
        "refs/pr/1": repo.pull_requests[1],
        repo.tags["v1.0"].oid: repo.tags["v1.0"],
        repo.head.oid[:8]: repo.head,
    }
    for revision, commit in expected.items():
        assert client.info(MODEL, TINY, revision).commit == commit.oid


def test_the_facts_are_what_the_hub_tells(client: HuggingFaceClient) -> None:
    info = client.info(MODEL, TINY, "")
    assert (info.licence, info.pipeline_tag, info.library_name) == ("mit", "text-generation", "transformers")
    assert (info.downloads, info.likes, info.private, info.disabled) == (1200, 7, False, False)
    assert info.created_at == datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC)
    assert "license:mit" in info.tags


def test_datasets_have_their_own_addresses(client: HuggingFaceClient, out_there: FakeHub) -> None:
    info = client.info(DATASET, RepoId.parse(world.DATASET), "refs/convert/parquet")
    assert info.commit == out_there.repo(world.DATASET, "dataset").converts["parquet"].oid
    assert client.info(DATASET, RepoId.parse(world.DATASET), "").licence == "cc-by-4.0"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (world.RENAMED_FROM, world.RENAMED),
        (world.TINY.upper(), world.TINY),
        (world.CLASSIC_FROM, world.CLASSIC),
    ],
)
def test_old_names_and_wrong_letter_case_lead_to_the_canonical_name(
    client: HuggingFaceClient, asked: str, found: str
) -> None:
    for revision in ("", "main"):
        assert str(client.info(MODEL, RepoId.parse(asked), revision).repo_id) == found


def test_a_gated_repo_is_known_by_name_and_terms(client: HuggingFaceClient) -> None:
    info = client.info(MODEL, RepoId.parse(world.GATED), "")
    assert (info.gated, info.licence) == ("manual", "llama3")


def test_a_private_repo_is_there_for_its_members_only(client: HuggingFaceClient, member: HuggingFaceClient) -> None:
    private = RepoId.parse(world.PRIVATE)
    assert member.info(MODEL, private, "").private
    with pytest.raises(RepoMissing, match="private"):
        client.info(MODEL, private, "")


def test_a_disabled_repo_still_tells_its_facts(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).disabled = True
    assert client.info(MODEL, TINY, "").disabled


def test_base_models_come_from_the_card(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.add(FakeRepo("acme/child", {"a.txt": "a"}, card={"base_model": ["acme/tiny", "acme/other"]}))
    assert client.info(MODEL, RepoId.parse("acme/child"), "").base_models == ("acme/tiny", "acme/other")


@pytest.mark.parametrize(
    ("card", "tags", "licence"),
    [
        ({"license": "mit"}, (), "mit"),
        ({"license": ["mit"]}, (), "mit"),
        ({"license": ["mit", "apache-2.0"]}, (), "mit, apache-2.0"),
        ({"license": "other", "license_name": "some-licence-1.0"}, ("license:other",), "some-licence-1.0"),
        ({"license": "Other"}, (), "other"),
        ({}, ("en", "license:llama3"), "llama3"),
        ({"license": None}, ("license:mit",), "mit"),
        ({"license": {"a": 1}}, (), ""),
        ({"license": 7}, (), ""),
        ({}, (), ""),
    ],
)
def test_the_licence_is_found_wherever_it_stands(card: dict[str, object], tags: tuple[str, ...], licence: str) -> None:
    assert licence_of(card, tags) == licence


@pytest.mark.parametrize(
    ("told", "meant"),
    [(False, ""), (None, ""), ("auto", "auto"), ("manual", "manual"), (True, "manual"), ("x", "manual")],
)
def test_gates_are_told_in_the_hubs_words(told: object, meant: str) -> None:
    assert repo_info("hub", MODEL, TINY, {"id": "acme/tiny", "sha": COMMIT, "gated": told}).gated == meant


@pytest.mark.parametrize(
    "data",
    [
        [],
        None,
        "text",
        {},
        {"id": "acme/tiny"},
        {"id": "acme/tiny", "sha": "main"},
        {"id": "acme/tiny", "sha": 7},
        {"id": "../..", "sha": COMMIT},
        {"id": "api/models", "sha": COMMIT},
    ],
)
def test_an_answer_without_identity_is_refused(data: object) -> None:
    with pytest.raises(UpstreamBroken):
        repo_info("hub", MODEL, TINY, data)


def test_odd_types_in_other_fields_are_no_reason_to_fail() -> None:
    odd = {
        "id": "acme/tiny",
        "sha": COMMIT,
        "tags": [1, None, "en"],
        "cardData": ["x"],
        "downloads": "many",
        "likes": True,
        "createdAt": 5,
        "lastModified": "yesterday",
        "pipeline_tag": {},
        "private": "yes",
    }
    info = repo_info("hub", MODEL, TINY, odd)
    assert (info.tags, info.downloads, info.likes, info.created_at, info.private) == (("en",), 0, 0, None, False)


def test_the_raw_answer_is_kept_without_files_hints_and_what_no_database_takes() -> None:
    told = {
        "id": "acme/tiny",
        "sha": COMMIT,
        "siblings": [{"rfilename": "a", "xetHash": "b"}],
        "xetEnabled": True,
        "cardData": {"text": "nul\0 and \ud800 half"},
        "widgetData": [{"text": "kept"}],
    }
    raw = repo_info("hub", MODEL, TINY, told).raw
    assert raw["cardData"] == {"text": "nul and ? half"}
    assert raw["widgetData"] == [{"text": "kept"}]
    assert set(raw) == {"id", "sha", "cardData", "widgetData"}


def test_a_commit_that_was_not_asked_for_is_refused(out_there: FakeHub, client: HuggingFaceClient) -> None:
    repo = out_there.repo(world.TINY)
    repo.details["sha"] = "d" * 40
    with pytest.raises(UpstreamBroken, match=r"d{40}"):
        client.info(MODEL, TINY, repo.head.oid)


def test_anonymous_questions_carry_no_token_and_nothing_else_is_asked(
    out_there: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_" + "x" * 34)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    client_of(out_there).info(MODEL, TINY, "")
    assert [entry.target for entry in out_there.requests] == ["/api/models/acme/tiny"]
    assert out_there.requests[0].authorization == ""
    assert out_there.requests[0].headers["user-agent"].startswith("entrepot; hf_hub/")
