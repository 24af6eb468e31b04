import json
from typing import Any

import pytest

from hub.accounts.callers import SYSTEM
from hub.accounts.models import User
from hub.accounts.tokens import forget_cached, issue, revoke
from tests.dialects.conftest import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(db: None) -> User:
    return User.objects.create_user("mia", "mia@example.org", password="not used here")


def log_in(ask: Ask, token: object) -> Any:
    return ask("/api/v1/login", "POST", json.dumps({"AccessToken": token}).encode(), "application/json")


def test_the_cookie_of_a_login_is_the_token_itself(ask: Ask, mia: User) -> None:
    token = issue(mia, "laptop")
    answer = log_in(ask, f" {token}\n")
    cookie = answer.cookies["m_session_id"]
    assert (cookie.value, cookie["path"], cookie["httponly"], cookie["secure"]) == (token, "/", True, "")
    data = answer.json()["Data"]
    assert (data["AccessToken"], data["Username"], data["Email"]) == (token, "mia", "mia@example.org")
    assert answer["Cache-Control"] == "no-store"


def test_on_https_the_cookie_stays_there(ask: Ask, mia: User, settings: Any) -> None:
    settings.EXTERNAL_URL = "https://models.example"
    assert log_in(ask, issue(mia, "laptop")).cookies["m_session_id"]["secure"] is True


@pytest.mark.parametrize("token", ["", "ms-" + "f" * 36, "hf_" + "f" * 40, None, ["x"], "two words"])
def test_every_other_token_is_refused_without_a_cookie(ask: Ask, mia: User, token: object) -> None:
    answer = log_in(ask, token)
    assert (answer.status_code, answer.json()["Code"]) == (401, 10010103009)
    assert "modelscope login" in answer.json()["Message"]
    assert not answer.cookies


@pytest.mark.parametrize("body", [b"[", b"[]", b"null"])
def test_a_login_that_is_no_object_is_400(ask: Ask, db: None, body: bytes) -> None:
    assert ask("/api/v1/login", "POST", body, "application/json").status_code == 400


def test_a_revoked_token_is_told_so_in_the_words_of_this_client(ask: Ask, mia: User) -> None:
    token = issue(mia, "laptop")
    revoke(mia.tokens.get(), SYSTEM)
    forget_cached()
    for answer in (log_in(ask, token), ask("/openapi/v1/users/me", Authorization=f"Bearer {token}")):
        told = answer.json()
        words = told.get("Message") or told["message"]
        assert answer.status_code == 401
        assert "revoked" in words
        assert "modelscope login" in words
        assert "hf auth" not in words


@pytest.mark.parametrize("way", ["bearer", "cookie"])
def test_users_me_knows_who_asks(ask: Ask, mia: User, way: str) -> None:
    token = issue(mia, "laptop")
    headers = {"Authorization": f"Bearer {token}"} if way == "bearer" else {"Cookie": f"m_session_id={token}"}
    data = ask("/openapi/v1/users/me", **headers).json()["data"]
    assert (data["username"], data["email"]) == ("mia", "mia@example.org")


def test_users_me_is_401_for_everybody_else(ask: Ask, db: None) -> None:
    for headers in ({}, {"Authorization": "Bearer ms-" + "f" * 36}):
        answer = ask("/openapi/v1/users/me", **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "InvalidAuthentication")
