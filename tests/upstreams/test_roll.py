"""The list of all repos of a Hugging Face hub: pages, conditions, and entries that make no sense."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.errors import UpstreamBroken, UpstreamRateLimited
from hub.names import RepoKind
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.huggingface.roll import repo_of
from hub.upstreams.listed import Odd
from hub.upstreams.protocol import ListedRepo, Slice
from tests.fakes import FakeHub, world
from tests.fakes.shelf import BEGIN, shelf
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import client_of

RECORDED = Path(__file__).parents[1] / "fakes" / "recorded"
MODEL, DATASET = RepoKind.MODEL, RepoKind.DATASET
MODELS = Slice(MODEL)


def told_of(repo_id: str, **more: Any) -> ListedRepo:
    return repo_of(MODEL, {"id": repo_id, **more})


def pages(client: HuggingFaceClient, part: Slice) -> Iterator[tuple[ListedRepo, ...]]:
    cursor = ""
    while True:
        page = client.list_repos(part, cursor)
        yield page.repos
        cursor = page.next
        if not cursor:
            return


def names(client: HuggingFaceClient, part: Slice) -> list[str]:
    return [str(repo.repo_id) for page in pages(client, part) for repo in page]


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(list_page=10) as hub:
        hub.extend(shelf("acme", 25))
        hub.extend(shelf("Zeta", 5))
        hub.extend(shelf("acme", 3, kind="dataset"))
        yield hub


@pytest.mark.parametrize("path", sorted(RECORDED.rglob("api-models-*listing*.json")), ids=lambda path: path.stem)
def test_every_recorded_listing_is_read_as_it_stands(path: Path) -> None:
    for told in json.loads(path.read_text())["body"]:
        repo = repo_of(MODEL, told)
        assert str(repo.repo_id) == told["id"]
        assert (repo.downloads, repo.likes) == (told["downloads"], told["likes"])
        assert f"license:{repo.licence}" in told["tags"] or not repo.licence
        assert repo.commit == told.get("sha", "")
        assert (repo.updated_at is not None) == ("lastModified" in told)


def test_a_recorded_entry_tells_all_there_is_to_know() -> None:
    told = json.loads((RECORDED / "listings" / "api-models-search-listing_DFlash2.json").read_text())["body"][0]
    repo = repo_of(MODEL, told | {"safetensors": {"parameters": {"BF16": 5}, "total": 5}, "usedStorage": 4_000_000_000})
    assert (repo.task, repo.library, repo.licence) == ("text-generation", "transformers", "apache-2.0")
    assert repo.base_models == ("Qwen/Qwen3.8-27B",)
    assert (repo.parameters, repo.bytes, repo.trending) == (5, 4_000_000_000, 13.0)
    assert repo.updated_at == datetime(2026, 8, 19, 2, 52, 37, tzinfo=UTC)


def test_languages_stand_among_the_tags_where_there_is_no_card() -> None:
    told = json.loads((RECORDED / "api-models-listing-trending_2026-08.json").read_text())["body"][0]
    repo = repo_of(MODEL, told)
    assert repo.languages == ("en", "zh")
    assert repo.base_models == ("DavidAU/Qwen3.6-27B-Fable-Fusion-711-Uncensored-Heretic-NM-DAU-MTP",)


def test_recorded_datasets_tell_title_summary_task_and_language() -> None:
    body = json.loads((RECORDED / "listings" / "api-datasets-listing-full_2023.json").read_text())["body"]
    repo = repo_of(DATASET, body[0])
    assert (repo.title, repo.task, repo.licence) == ("Acronym Identification Dataset", "token-classification", "mit")
    assert repo.languages == ("en",)
    assert repo.summary.startswith("Acronym identification training")
    assert all(repo_of(DATASET, told).repo_id.name for told in body)


def test_all_pages_come_in_the_order_of_their_last_change(hub: FakeHub) -> None:
    client = client_of(hub)
    assert [len(page) for page in pages(client, MODELS)] == [10, 10, 10]
    found = [repo.updated_at for page in pages(client, MODELS) for repo in page]
    assert found == sorted(found, key=lambda time: time or BEGIN, reverse=True)
    assert len(set(names(client, MODELS))) == 30


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (Slice(MODEL, author="zeta"), 5),
        (Slice(MODEL, author="nobody"), 0),
        (Slice(MODEL, tag="batch-3"), 4),
        (Slice(MODEL, task="text-to-image"), 7),
        (Slice(MODEL, author="acme", task="text-to-image"), 6),
        (Slice(MODEL, search="thing-0002"), 5),
        (Slice(DATASET), 3),
        (Slice(DATASET, task="text-generation"), 1),
        (Slice(RepoKind.SPACE), 0),
    ],
)
def test_conditions_are_upstreams_own(hub: FakeHub, part: Slice, count: int) -> None:
    assert len(names(client_of(hub), part)) == count


def test_paging_ends_with_what_has_not_changed_since(hub: FakeHub) -> None:
    since = BEGIN + timedelta(hours=20)
    assert names(client_of(hub), Slice(MODEL, since=since)) == [
        f"acme/thing-{number:05}" for number in range(24, 19, -1)
    ]
    assert len(hub.requests) == 1


def test_a_change_between_two_pages_hides_no_other_repo(hub: FakeHub) -> None:
    client = client_of(hub)
    first = client.list_repos(MODELS)
    hub.repo("acme/thing-00003").commit({"b": "new"}, date=BEGIN + timedelta(days=99))
    hub.remove(str(first.repos[0].repo_id))
    rest = client.list_repos(MODELS, first.next)
    more = client.list_repos(MODELS, rest.next)
    assert len({repo.repo_id for repo in (*first.repos, *rest.repos, *more.repos)}) == 29


def test_what_only_the_token_may_see_is_not_listed(out_there: FakeHub) -> None:
    page = client_of(out_there, world.MEMBER).list_repos(MODELS)
    assert world.PRIVATE not in [str(repo.repo_id) for repo in page.repos]
    assert page.skipped >= 1


Serve = Callable[..., Origin]


def answering(body: Any, link: str = "") -> Callable[[Request], Response]:
    headers = [("Content-Type", "application/json"), *([("Link", link)] if link else [])]
    return lambda request: Response(200, headers, json.dumps(body).encode())


def test_the_next_page_is_asked_of_the_upstream_and_nobody_else(serve: Serve) -> None:
    link = '<https://elsewhere.example/api/models?author=evil&cursor=abc%3D>; rel="next"'
    page = client_of(serve(answering([{"id": "a/b"}], link)).url).list_repos(MODELS)
    assert page.next == "abc="


@pytest.mark.parametrize(
    "link", ['<https://x.example/api/models?limit=5>; rel="next"', '<https://x.example/?cursor=same>; rel="next"']
)
def test_a_next_page_that_leads_nowhere_is_broken(serve: Serve, link: str) -> None:
    with pytest.raises(UpstreamBroken):
        client_of(serve(answering([{"id": "a/b"}], link)).url).list_repos(MODELS, "same")


@pytest.mark.parametrize("body", [{"error": "no"}, "text", None, 5])
def test_what_is_no_list_is_broken(serve: Serve, body: Any) -> None:
    with pytest.raises(UpstreamBroken):
        client_of(serve(answering(body)).url).list_repos(MODELS)


HOSTILE: list[Any] = [
    None,
    7,
    [],
    "text",
    {},
    {"id": None},
    {"id": ["a/b"]},
    {"id": "../../etc/passwd"},
    {"id": "a/b/c"},
    {"id": "a/<script>alert(1)</script>"},
    {"id": "datasets/x"},
    {"id": "a/b", "private": True},
    {"id": "a/b", "disabled": True},
    {"id": "x" * 5000},
]


def test_hostile_entries_are_skipped_one_by_one(serve: Serve) -> None:
    body = [*HOSTILE, {"id": "good/one"}]
    page = client_of(serve(answering(body)).url).list_repos(MODELS)
    assert [str(repo.repo_id) for repo in page.repos] == ["good/one"]
    assert page.skipped == len(HOSTILE)


@pytest.mark.parametrize(
    "odd",
    [
        {"downloads": -5, "likes": 1 << 70, "trendingScore": 1e400, "usedStorage": "12"},
        {"downloads": True, "likes": 1.5, "trendingScore": float("nan"), "usedStorage": {"x": 1}},
        {"tags": [1, None, {"a": 1}, "x" * 101, ""], "cardData": [1], "safetensors": {"total": "5"}},
        {"tags": "not a list" * 50, "cardData": {"license": {"x": 1}, "language": 7, "base_model": {}}},
        {"lastModified": "yesterday", "createdAt": 12345, "sha": "zz", "gated": {"a": 1}, "pipeline_tag": ["x"]},
        {"lastModified": "0001-01-01T00:00:00+00:00", "createdAt": "9999-12-31T23:59:59Z", "gguf": {"total": -1}},
        {"description": 5, "library_name": 5, "safetensors": [], "cardData": {"pretty_name": 3}},
    ],
)
def test_odd_fields_become_nothing_and_the_entry_stays(odd: dict[str, Any]) -> None:
    repo = told_of("a/b", **odd)
    plain = ListedRepo(MODEL, repo.repo_id, gated=repo.gated)
    assert repo == plain


def test_texts_are_bounded_and_without_what_no_database_takes() -> None:
    told = {
        "description": "a\x00b\ud800 " * 400,
        "tags": [f"tag-{number}" for number in range(5000)],
        "cardData": {"pretty_name": "t" * 5000},
    }
    repo = repo_of(DATASET, {"id": "a/b", **told})
    assert len(repo.summary) == 500
    assert "\x00" not in repo.summary
    repo.summary.encode()
    assert (len(repo.tags), len(repo.title)) == (100, 200)


def test_an_entry_without_a_sensible_id_is_odd() -> None:
    with pytest.raises(Odd):
        told_of("-/x")


def test_old_hubs_call_the_id_modelid() -> None:
    assert str(repo_of(MODEL, {"modelId": "old/name"}).repo_id) == "old/name"


def test_too_many_requests_are_told_as_such(hub: FakeHub) -> None:
    hub.faults.add("status", status=429, retry_after=77)
    with pytest.raises(UpstreamRateLimited) as caught:
        client_of(hub).list_repos(MODELS)
    assert caught.value.retry_after == 77
