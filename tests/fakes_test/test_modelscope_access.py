"""Who may see what on the fake ModelScope, and how they say who they are."""

from __future__ import annotations

import json

import pytest

from tests.fakes import FakeHub, FakeModelScope, FakeRepo, User, world
from tests.fakes.access import token_of

from .asking import Answer, ask

SECRET, GATED = f"/api/v1/models/{world.PRIVATE}", f"/api/v1/models/{world.GATED}"
ME = "/openapi/v1/users/me"


def log_in(scope: FakeModelScope, token: str) -> Answer:
    return ask(f"{scope.url}/api/v1/login", "POST", body=json.dumps({"AccessToken": token}).encode())


@pytest.mark.parametrize("rest", ["", "/revisions", "/repo/files", "/commits", "/repo?FilePath=README.md"])
def test_a_private_repo_is_a_404_with_a_number_of_its_own(
    scope: FakeModelScope, scope_member: User, scope_outsider: User, rest: str
) -> None:
    for user in (None, scope_outsider):
        answer = ask(scope.url + SECRET + rest, user=user)
        assert (answer.status, answer.json["Code"]) == (404, 10010200001)
    assert ask(scope.url + SECRET + rest, user=scope_member).status == 200


@pytest.mark.parametrize("rest", ["/repo/files", "/repo?FilePath=config.json", "/revisions"])
def test_a_gated_repo_is_refused_alike_to_those_without_a_grant(
    scope: FakeModelScope, scope_member: User, scope_outsider: User, rest: str
) -> None:
    for user in (None, scope_outsider):
        answer = ask(scope.url + GATED + rest, user=user)
        assert (answer.status, answer.json["Code"]) == (404, 10010200001)
    assert ask(scope.url + GATED + rest, user=scope_member).status == 200


def test_a_gated_repo_tells_that_it_is_gated_unless_it_is_hidden(scope: FakeModelScope, scope_member: User) -> None:
    data = [ask(scope.url + GATED, user=user).json["Data"] for user in (None, scope_member)]
    assert [(one["ProtectedMode"], one["IsAccessible"]) for one in data] == [(1, 0), (1, 1)]
    scope.quirks.hide_gated = True
    assert [ask(scope.url + GATED, user=user).status for user in (None, scope_member)] == [404, 200]


def test_a_missing_repo_has_another_number_than_a_forbidden_one(scope: FakeModelScope) -> None:
    answer = ask(f"{scope.url}/api/v1/models/acme/none/repo/files")
    assert (answer.status, answer.json["Code"]) == (404, 10010205001)
    assert "record not found" in answer.json["Message"]


def test_errors_may_all_come_as_a_200(scope: FakeModelScope) -> None:
    scope.quirks.errors_are_200 = True
    answer = ask(f"{scope.url}/api/v1/models/acme/none")
    assert (answer.status, answer.json["Success"]) == (200, False)


def test_a_taken_down_repo_is_not_there_for_anybody(scope: FakeModelScope) -> None:
    scope.add(FakeRepo("acme/taken-down", {"config.json": "{}"}, disabled=True))
    assert ask(f"{scope.url}/api/v1/models/acme/taken-down").json["Code"] == 10010200001


def test_a_login_leaves_a_cookie_that_is_as_good_as_the_token(scope: FakeModelScope, scope_member: User) -> None:
    answer = log_in(scope, scope_member.token)
    assert answer.json["Data"]["Username"] == world.MEMBER
    assert answer.json["Data"]["AccessToken"] != scope_member.token
    cookie = answer["Set-Cookie"].partition(";")[0]
    assert cookie == f"m_session_id={scope_member.token}"
    assert ask(f"{scope.url}{SECRET}/repo/files", cookie=f"a=b; {cookie}").status == 200
    assert ask(scope.url + ME, cookie=cookie).json["data"]["username"] == world.MEMBER


def test_a_bearer_goes_before_a_cookie(scope: FakeModelScope, scope_member: User, scope_outsider: User) -> None:
    answer = ask(scope.url + ME, user=scope_member, cookie=f"m_session_id={scope_outsider.token}")
    assert answer.json["data"]["username"] == world.MEMBER


def test_an_unknown_token_reads_what_is_public_and_is_nobody(scope: FakeModelScope) -> None:
    nobody = User("nobody", "ms-nobody")
    assert ask(f"{scope.url}/api/v1/models/{world.TINY}", user=nobody).status == 200
    answer = ask(scope.url + ME, user=nobody)
    assert (answer.status, answer.json["success"], answer.json["code"]) == (401, False, "InvalidAuthentication")
    refused = log_in(scope, "ms-nobody")
    assert (refused.status, refused.json["Code"]) == (401, 10010103009)
    assert "Set-Cookie" not in refused
    assert ask(f"{scope.url}/api/v1/login", "POST", body=b"no json").status == 401


def test_a_token_has_the_form_of_this_hub_and_not_of_the_other(scope_member: User) -> None:
    assert scope_member.token.startswith("ms-")
    assert scope_member.token != token_of(world.MEMBER)


def test_users_are_given_at_the_start_too() -> None:
    repo, owner = FakeRepo("ann/own", {"a.txt": "a"}, private=True), User("ann", "ms-ann")
    with FakeModelScope([repo], users=[owner]) as scope:
        assert ask(f"{scope.url}/api/v1/models/ann/own", user=owner).status == 200


def test_a_budget_that_is_spent_is_a_429_with_the_time_to_wait() -> None:
    with FakeModelScope([world.tiny()], enforce_limits=True, quotas={"api": (2, 3)}, window=1000) as scope:
        answers = [ask(f"{scope.url}/api/v1/models/{world.TINY}") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert (answers[-1].json["Code"], "RateLimit" in answers[-1]) == (429, False)


def test_one_repo_may_stand_on_both_hubs(hub: FakeHub) -> None:
    repo = hub.repo(world.TINY)
    with FakeModelScope([repo]) as scope:
        repo.commit({"late.txt": "late"}, branch="master")
        commits = ask(f"{scope.url}/api/v1/models/{world.TINY}/commits?Ref=master").json["Data"]["Commit"]
    assert commits[0]["Id"] == ask(f"{hub.url}/api/models/{world.TINY}").json["sha"]
