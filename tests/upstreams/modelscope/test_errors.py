"""Everything that ModelScope may answer in place of the facts, and what becomes of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import (
    HubError,
    RepoMissing,
    RevisionMissing,
    UpstreamBroken,
    UpstreamError,
    UpstreamGated,
    UpstreamRateLimited,
    UpstreamTokenWrong,
    UpstreamUnreachable,
)
from hub.names import RepoKind
from hub.upstreams import asking
from hub.upstreams.modelscope.client import ModelScopeClient
from tests.fakes import FakeModelScope, world
from tests.fakes.modelscope.gate import token_for
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY
from tests.upstreams.modelscope.conftest import scope_client

MODEL = RepoKind.MODEL
TOKEN = token_for("anybody")
Serve = Callable[..., Origin]
NO_RECORD = "获取模型信息失败，信息：record not found"
OVERLOADED = "获取模型信息失败，信息：Error 1461: Can't create more than max_prepared_stmt_count statements"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "RETRY_SECONDS", 0.0)


def refusing(status: int, code: Any, message: str = "no", **more: Any) -> Callable[[Request], Response]:
    body = json.dumps({"Code": code, "Message": message, "RequestId": "r", "Success": False} | more)
    return lambda request: Response(status, [("Content-Type", "application/json")], body.encode())


def error_of(serve: Serve, answer: Callable[[Request], Response], token: str = "") -> HubError:
    with pytest.raises(HubError) as caught:
        scope_client(serve(answer).url, token).info(MODEL, TINY, "")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "message", "token", "expected"),
    [
        (404, 10010205001, NO_RECORD, "", RepoMissing),
        (200, 10010205001, NO_RECORD, "", RepoMissing),
        (404, 10010205001, "", "", RepoMissing),
        (404, 10010205001, "there is no model acme/tiny here", "", RepoMissing),
        (404, 10010205001, OVERLOADED, "", UpstreamUnreachable),
        (200, 10010205001, OVERLOADED, "", UpstreamUnreachable),
        (404, 10010205001, "获取模型信息失败，信息：something new", "", UpstreamUnreachable),
        (404, 10990101004, "driver: bad connection", "", UpstreamUnreachable),
        (404, 10010200001, "no permission", "", UpstreamGated),
        (200, 10010200001, "no permission", TOKEN, UpstreamGated),
        (404, 10990101004, "no tree", "", RevisionMissing),
        (400, 10010103009, "bad token", TOKEN, UpstreamTokenWrong),
        (401, 401, "who are you", TOKEN, UpstreamTokenWrong),
        (401, 401, "who are you", "", UpstreamGated),
        (403, 403, "no", "", UpstreamGated),
        (200, 403, "no", "", UpstreamGated),
        (404, 7, "no", "", RepoMissing),
        (200, 404, "no", "", RepoMissing),
        (400, 400, "no", "", UpstreamError),
        (200, 7, "no", "", UpstreamBroken),
        (200, 10990101007, "no", "", UpstreamBroken),
        (429, 429, "no", "", UpstreamRateLimited),
        (200, 429, "no", "", UpstreamRateLimited),
        (500, 500, "no", "", UpstreamUnreachable),
        (200, 503, "no", "", UpstreamUnreachable),
        (502, 10010207001, "no", "", UpstreamUnreachable),
    ],
)
def test_refusals_are_told_apart(
    serve: Serve, status: int, code: int, message: str, token: str, expected: type[HubError]
) -> None:
    error = error_of(serve, refusing(status, code, message), token)
    assert type(error) is expected
    assert "elsewhere" in error.sentence
    assert TOKEN not in f"{error.words} {error!r} {error.__cause__}"


@pytest.mark.parametrize(
    "body",
    [
        {"Code": 200, "Success": False, "Message": "no", "Data": {"Id": 5}},
        {"Code": "200", "Data": {"Id": 5}},
        {"Code": None, "Data": {"Id": 5}},
        {"success": False, "data": {}},
        {"Data": {"Id": 5}},
        {"Code": 200, "Success": True},
        {"Code": 200, "Success": True, "Data": None},
        {"Code": 200, "Success": True, "Data": []},
        [],
        "text",
        None,
    ],
)
def test_a_200_is_no_success_by_itself(serve: Serve, body: object) -> None:
    error = error_of(serve, lambda request: Response(200, [], json.dumps(body).encode()))
    assert type(error) is UpstreamBroken
    assert not error.permanent


@pytest.mark.parametrize("status", [200, 403, 404])
def test_web_pages_are_no_answers(serve: Serve, status: int) -> None:
    page = Response(status, [("Content-Type", "text/html")], b"<html>please log in</html>")
    error = error_of(serve, lambda request: page)
    assert type(error) is UpstreamBroken
    assert "web page" in error.sentence


def test_an_overload_that_says_404_is_bridged_and_then_told_as_trouble(
    client: ModelScopeClient, out_there: FakeModelScope
) -> None:
    out_there.faults.add("overload")
    assert client.info(MODEL, TINY, "").repo_id == TINY
    out_there.faults.add("overload", times=None)
    with pytest.raises(UpstreamUnreachable, match="max_prepared_stmt_count") as caught:
        client.info(MODEL, TINY, "")
    assert not caught.value.permanent


def test_errors_that_come_as_successes_are_errors(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    out_there.remove(world.TINY)
    for in_a_200 in (False, True):
        out_there.quirks.errors_are_200 = in_a_200
        with pytest.raises(RepoMissing, match="acme/tiny"):
            client.info(MODEL, TINY, "")
        with pytest.raises(RepoMissing):
            list(client.tree(MODEL, TINY, "c" * 40))
        with pytest.raises(RepoMissing):
            client.open(MODEL, TINY, "c" * 40, "a.txt", 5000)


def test_too_many_questions_are_told_with_the_time_to_wait(client: ModelScopeClient, out_there: FakeModelScope) -> None:
    out_there.faults.add("status", status=429, retry_after=55)
    with pytest.raises(UpstreamRateLimited) as caught:
        client.info(MODEL, TINY, "")
    assert caught.value.retry_after == 55
    assert "HUB_MODELSCOPE_TOKEN" in caught.value.next_step
    out_there.requests.clear()
    with pytest.raises(UpstreamRateLimited):
        client.info(MODEL, TINY, "")
    assert len(out_there.requests) == 0, "nobody asks until the pause is over"


def test_a_token_that_nobody_has_shows_in_the_check(out_there: FakeModelScope) -> None:
    stranger = ModelScopeClient("modelscope", out_there.url, token_for("nobody knows"), (), 4)
    assert stranger.info(MODEL, TINY, "").repo_id == TINY
    with pytest.raises(UpstreamTokenWrong):
        stranger.check()


def test_a_known_token_and_nobody_pass_the_check(member: ModelScopeClient, client: ModelScopeClient) -> None:
    member.check()
    client.check()


def test_a_hub_of_another_kind_does_not_pass_the_check(serve: Serve) -> None:
    with pytest.raises(UpstreamBroken, match="no ModelScope hub"):
        scope_client(serve(lambda request: Response(200, [], b"[]")).url).check()
    missing = Response(404, [("Content-Type", "text/plain")], b"404 page not found")
    with pytest.raises(UpstreamBroken, match="does not know"):
        scope_client(serve(lambda request: missing).url).check()


@pytest.mark.parametrize("token", ["ms a", "ms-\r\nX-Evil: 1", "ms-\u00e9"])
def test_a_token_that_cannot_be_sent_is_refused_before(token: str) -> None:
    with pytest.raises(UpstreamTokenWrong) as caught:
        ModelScopeClient("modelscope", "http://127.0.0.1:9", token, (), 4)
    assert token not in caught.value.words


def test_a_hostile_message_is_cut_and_made_one_line(serve: Serve) -> None:
    error = error_of(serve, refusing(403, 403, "a\n\x1b[31m" + "b" * 10_000))
    assert len(error.sentence) < 800
    assert error.sentence.isprintable()
