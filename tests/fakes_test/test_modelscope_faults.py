"""The fake ModelScope misbehaves when told to, in its own words."""

from __future__ import annotations

from tests.fakes import FakeModelScope, world

from .asking import ask, download

INFO = f"/api/v1/models/{world.TINY}"
FILE = f"{INFO}/repo?FilePath=model.safetensors"


def test_an_overloaded_hub_says_that_the_repo_is_missing(scope: FakeModelScope) -> None:
    scope.faults.add("overload", path=world.TINY)
    answers = [ask(scope.url + INFO) for _ in range(2)]
    assert [answer.status for answer in answers] == [404, 200]
    assert answers[0].json["Code"] == 10010205001
    assert "max_prepared_stmt_count" in answers[0].json["Message"]


def test_a_status_of_the_gateway_comes_in_its_envelope(scope: FakeModelScope) -> None:
    scope.faults.add("status", status=429, retry_after=7)
    answer = ask(scope.url + INFO)
    assert (answer.status, answer["Retry-After"], answer.json["Code"]) == (429, "7", 429)
    assert "RateLimit" not in answer


def test_an_error_may_come_with_the_status_of_a_success(scope: FakeModelScope) -> None:
    scope.faults.add("status", status=200, code=10990101007)
    answer = ask(scope.url + INFO)
    assert (answer.status, answer.json["Code"], answer.json["Success"]) == (200, 10990101007, False)


def test_a_signed_address_may_be_over_before_its_time(scope: FakeModelScope) -> None:
    scope.faults.add("expired")
    assert [download(scope.url + FILE).status for _ in range(2)] == [403, 200]


def test_a_byte_of_the_content_network_may_be_wrong(scope: FakeModelScope) -> None:
    scope.faults.add("corrupt", path="lfs-objects", after=5)
    bodies = [download(scope.url + FILE).body for _ in range(2)]
    assert [at for at, pair in enumerate(zip(*bodies, strict=True)) if pair[0] != pair[1]] == [5]


def test_a_range_may_be_ignored_by_the_content_network(scope: FakeModelScope) -> None:
    scope.faults.add("ignore-range", origin="cdn")
    answers = [download(scope.url + FILE, Range="bytes=0-9") for _ in range(2)]
    assert [(answer.status, len(answer.body)) for answer in answers] == [(200, 65611), (206, 10)]


def test_everything_that_was_asked_is_in_the_log_of_its_origin(scope: FakeModelScope) -> None:
    download(scope.url + FILE, Cookie="m_session_id=x")
    first, second = scope.requests
    assert (first.origin, first.status, second.origin, second.status) == ("hub", 302, "cdn", 200)
    assert second.sent == 65611
    assert first.headers["cookie"] == "m_session_id=x"
