"""The list of all repos of ModelScope: pages, orders, its window, and entries that make no sense."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import BadInput, UpstreamBroken, UpstreamRateLimited, UpstreamUnreachable
from hub.names import RepoKind
from hub.upstreams.listed import Odd
from hub.upstreams.modelscope import roll
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.modelscope.roll import repo_of
from hub.upstreams.protocol import ListingPage, Slice
from tests.fakes import FakeModelScope, FakeRepo, world
from tests.fakes.shelf import BEGIN, shelf
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.modelscope.conftest import scope_client
from tests.upstreams.modelscope.test_recorded import recorded

MODEL, DATASET = RepoKind.MODEL, RepoKind.DATASET
MODELS = Slice(MODEL)
Serve = Callable[..., Origin]


def pages(client: ModelScopeClient, part: Slice) -> Iterator[ListingPage]:
    cursor = ""
    while True:
        page = client.list_repos(part, cursor)
        yield page
        cursor = page.next
        if not cursor:
            return


def names(client: ModelScopeClient, part: Slice) -> list[str]:
    return [str(repo.repo_id) for page in pages(client, part) for repo in page.repos]


@pytest.fixture
def scope() -> Iterator[FakeModelScope]:
    with FakeModelScope() as hub:
        hub.extend(shelf("acme", 120))
        hub.extend(shelf("Zeta", 5))
        hub.extend(shelf("acme", 3, kind="dataset"))
        yield hub


def test_all_pages_come_in_the_order_of_their_last_change(scope: FakeModelScope) -> None:
    client = scope_client(scope)
    found = list(pages(client, MODELS))
    assert [len(page.repos) for page in found] == [50, 50, 25]
    assert found[-1].cut_off == ""
    times = [repo.updated_at or BEGIN for page in found for repo in page.repos]
    assert times == sorted(times, reverse=True)
    assert len(set(names(client, MODELS))) == 125


def test_an_entry_tells_what_the_list_knows(scope: FakeModelScope) -> None:
    repo = scope_client(scope).list_repos(Slice(MODEL, author="acme")).repos[0]
    assert (str(repo.repo_id), repo.licence, repo.task) == (
        "acme/thing-00119",
        "cc-by-nc-4.0",
        "automatic-speech-recognition",
    )
    assert (repo.downloads, repo.likes, repo.tags) == (1190, 119, ("batch-9", "transformers"))
    assert repo.parameters > 0
    assert repo.updated_at == BEGIN + timedelta(hours=119)


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (Slice(MODEL, author="zeta"), 5),
        (Slice(MODEL, author="nobody"), 0),
        (Slice(MODEL, task="text-to-image"), 31),
        (Slice(MODEL, tag="batch-3"), 13),
        (Slice(MODEL, tag="license:mit"), 31),
        (Slice(MODEL, search="thing-0002"), 10),
        (Slice(DATASET), 3),
        (Slice(RepoKind.SPACE), 0),
    ],
)
def test_conditions_hold_whoever_filters(scope: FakeModelScope, part: Slice, count: int) -> None:
    assert len(names(scope_client(scope), part)) == count


def test_paging_ends_with_what_has_not_changed_since(scope: FakeModelScope) -> None:
    since = BEGIN + timedelta(hours=110)
    assert len(names(scope_client(scope), Slice(MODEL, since=since))) == 10
    assert len(scope.requests) == 1


def test_a_slice_beyond_the_window_is_read_in_every_order_and_says_what_is_left(
    scope: FakeModelScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll, "WINDOW", 50)
    found = list(pages(scope_client(scope), MODELS))
    orders = [entry.target.partition("sort=")[2].partition("&")[0] for entry in scope.requests]
    assert orders == ["last_modified", "downloads", "likes", "default"]
    assert "125" in found[-1].cut_off
    assert all(not page.cut_off for page in found[:-1])


def test_only_what_changed_is_read_in_one_order(scope: FakeModelScope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll, "WINDOW", 50)
    found = list(pages(scope_client(scope), Slice(MODEL, since=BEGIN)))
    assert len(scope.requests) == 1
    assert found[-1].cut_off


def test_what_moves_forward_when_others_go_is_not_missed(scope: FakeModelScope) -> None:
    client = scope_client(scope)
    first = client.list_repos(MODELS)
    for repo in first.repos[:3]:
        scope.remove(str(repo.repo_id))
    rest = client.list_repos(MODELS, first.next)
    last = client.list_repos(MODELS, rest.next)
    assert len({repo.repo_id for page in (first, rest, last) for repo in page.repos}) == 125


def test_what_only_the_token_may_see_is_not_listed(out_there: FakeModelScope) -> None:
    page = scope_client(out_there, world.MEMBER).list_repos(MODELS)
    found = {str(repo.repo_id): repo for repo in page.repos}
    assert world.PRIVATE not in found
    assert found[world.GATED].gated == "manual"
    assert page.skipped >= 1


def test_recorded_entries_of_the_website_are_read() -> None:
    rows = recorded("dolphin-models-listing_2025-11")["body"]["Data"]["Model"]["Models"]
    assert [str(repo_of(MODEL, row).repo_id) for row in rows] == ["ZhipuAI/GLM-4.6", "Qwen/Qwen3-Next-80B-A3B-Instruct"]


def test_rows_of_the_website_tell_as_much_as_those_of_the_open_list() -> None:
    row = {
        "Path": "Qwen",
        "Name": "Qwen3-0.6B",
        "ChineseName": "通义千问3",
        "License": "Apache License 2.0",
        "Tasks": [{"Name": "text-generation"}],
        "Tags": ["llm"],
        "Downloads": 5,
        "Stars": 7,
        "LastUpdatedTime": 1751328000,
        "StorageSize": 1500,
    }
    repo = repo_of(MODEL, row)
    assert (str(repo.repo_id), repo.title, repo.licence) == ("Qwen/Qwen3-0.6B", "通义千问3", "apache-2.0")
    assert (repo.task, repo.likes, repo.bytes) == ("text-generation", 7, 1500)
    assert repo.updated_at is not None


HOSTILE: list[Any] = [
    None,
    3,
    {},
    {"id": 5},
    {"id": "no-owner"},
    {"id": "../../x"},
    {"Path": "a", "Name": "b/c"},
    {"BackendSupport": "{not json"},
    {"BackendSupport": {"model_id": ["x/y"]}},
    {"id": "a/b", "private": True},
    {"id": "a/b", "Visibility": 1},
]


@pytest.mark.parametrize("row", HOSTILE)
def test_a_row_that_is_no_public_repo_is_odd(row: Any) -> None:
    with pytest.raises(Odd):
        repo_of(MODEL, row)


def test_odd_fields_become_nothing_and_the_entry_stays() -> None:
    row = {"id": "a/b", "downloads": "many", "params": 1e300, "tags": {"x": 1}, "tasks": 5, "last_modified": "soon"}
    repo = repo_of(MODEL, row)
    assert (repo.downloads, repo.parameters, repo.tags, repo.task, repo.updated_at) == (0, 0, (), "", None)


def answering(data: Any) -> Callable[[Request], Response]:
    body = json.dumps({"success": True, "request_id": "r", "data": data}).encode()
    return lambda request: Response(200, [("Content-Type", "application/json")], body)


def test_hostile_rows_are_skipped_one_by_one(serve: Serve) -> None:
    rows = [*HOSTILE, {"id": "good/one"}]
    page = scope_client(serve(answering({"models": rows, "total_count": len(rows)})).url).list_repos(MODELS)
    assert ([str(repo.repo_id) for repo in page.repos], page.skipped) == (["good/one"], len(HOSTILE))


@pytest.mark.parametrize(
    "data", [None, [], {"models": None}, {"models": {}, "total_count": 5}, {"models": [], "total_count": 5}]
)
def test_what_is_no_list_is_broken(serve: Serve, data: Any) -> None:
    with pytest.raises(UpstreamBroken):
        scope_client(serve(answering(data)).url).list_repos(MODELS)


@pytest.mark.parametrize("cursor", ["x", "last_modified:0:5", "downloads:1", "drop:1:1", "likes:99999:1"])
def test_a_cursor_that_no_page_gave_is_refused(scope: FakeModelScope, cursor: str) -> None:
    with pytest.raises(BadInput):
        scope_client(scope).list_repos(MODELS, cursor)


def test_too_many_requests_are_told_as_such(scope: FakeModelScope) -> None:
    scope.faults.add("status", status=429, retry_after=42)
    with pytest.raises(UpstreamRateLimited) as caught:
        scope_client(scope).list_repos(MODELS)
    assert caught.value.retry_after == 42


def test_an_overloaded_hub_is_not_an_empty_one(scope: FakeModelScope) -> None:
    client = scope_client(scope)
    scope.faults.add("overload", times=2)
    with pytest.raises(UpstreamUnreachable):
        client.list_repos(MODELS)


def test_a_repo_of_another_owner_is_no_answer(scope: FakeModelScope) -> None:
    scope.add(FakeRepo("acme-labs/other", {"a": ""}))
    assert "acme-labs/other" not in names(scope_client(scope), Slice(MODEL, author="acme"))
