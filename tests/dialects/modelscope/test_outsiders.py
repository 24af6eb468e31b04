"""Somebody with no token, a token of modelscope.cn, or one that is over: what they get, and what they leave behind."""

import logging
from typing import Any

import pytest

from hub.accounts.callers import SYSTEM
from hub.accounts.models import AccessToken, Event, User
from hub.accounts.tokens import _known, forget_cached, issue, revoke
from hub.catalog.models import Repo
from hub.mirroring.models import Asker
from tests.dialects.conftest import Ask
from tests.dialects.modelscope.conftest import FILE, FILES, MODEL, NEW
from tests.fakes import FakeHub

pytestmark = pytest.mark.django_db

SECRET = "ms-0f0f0f0f-1e1e-4d4d-8c8c-2b2b2b2b2b2b"
FOREIGN = ({"Authorization": f"Bearer {SECRET}"}, {"Cookie": f"m_session_id={SECRET}"})
TARGETS = (
    MODEL,
    FILES,
    FILE,
    f"{MODEL}/revisions",
    f"{MODEL}/commits",
    "/api/v1/datasets/acme/poems/repo/tree",
    "/api/v1/models/acme/not-held/repo/files",
    "/openapi/v1/models",
    "/openapi/v1/models/acme/tiny",
    "/models/acme/tiny/resolve/master/config.json",
    "/api/v1/nothing",
)


@pytest.fixture
def otto(db: None) -> User:
    return User.objects.create_user("otto", password="not used here")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_closed_hub_gives_them_nothing(
    ask: Ask, held_tiny: Repo, poems: Repo, settings: Any, target: str, method: str
) -> None:
    settings.ANONYMOUS_PULL = False
    for headers in ({}, *FOREIGN):
        answer = ask(target, method, User_Agent=NEW, **headers)
        assert answer.status_code == 401
        assert "X-Repo-Commit" not in answer
        assert "X-Linked-ETag" not in answer
    assert not Asker.objects.exists()


@pytest.mark.parametrize(("method", "target"), [("PUT", "/api/v1/models/"), ("PUT", "/api/v1/dolphin/models")])
def test_a_closed_hub_lists_nothing_to_them(ask: Ask, held_tiny: Repo, settings: Any, method: str, target: str) -> None:
    settings.ANONYMOUS_PULL = False
    answer = ask(target, method, b"{}", "application/json")
    assert (answer.status_code, answer.json()["Success"]) == (401, False)


@pytest.mark.parametrize("way", ["bearer", "cookie", "both", "foreign bearer"])
def test_a_closed_hub_serves_who_has_a_token_of_it(
    ask: Ask, held_tiny: Repo, settings: Any, otto: User, way: str
) -> None:
    settings.ANONYMOUS_PULL = False
    token = issue(otto, "laptop")
    bearer = {"Authorization": f"Bearer {token}"}
    cookie = {"Cookie": f"a=b; m_session_id={token}"}
    known = {"bearer": bearer, "cookie": cookie, "both": bearer | cookie, "foreign bearer": FOREIGN[0] | cookie}
    for target in (FILES, FILE):
        assert ask(target, **known[way]).status_code == 200


def test_the_bearer_token_counts_before_the_cookie(ask: Ask, held_tiny: Repo, otto: User) -> None:
    nina = User.objects.create_user("nina", password="not used here")
    headers = {
        "Authorization": f"Bearer {issue(otto, 'laptop')}",
        "Cookie": f"m_session_id={issue(nina, 'desktop')}",
    }
    assert ask("/openapi/v1/users/me", **headers).json()["data"]["username"] == "otto"


@pytest.mark.parametrize("way", ["bearer", "cookie"])
def test_a_token_that_is_over_is_not_served_as_nobody(ask: Ask, held_tiny: Repo, otto: User, way: str) -> None:
    token = issue(otto, "laptop")
    revoke(otto.tokens.get(), SYSTEM)
    forget_cached()
    headers = {"Authorization": f"Bearer {token}"} if way == "bearer" else {"Cookie": f"m_session_id={token}"}
    for target in (FILES, FILE, "/openapi/v1/models"):
        answer = ask(target, **headers)
        assert answer.status_code == 401
        assert "revoked" in answer.content.decode()


@pytest.mark.parametrize("headers", FOREIGN, ids=["bearer", "cookie"])
def test_a_token_of_modelscope_is_nobody_and_leaves_no_trace(
    ask: Ask, held_tiny: Repo, out_there: FakeHub, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert ask(FILE, **headers).status_code == 200
        assert ask(f"{MODEL}/repo?FilePath=nothing", **headers).status_code == 404
        ask("/api/v1/models/acme/not-held", **headers)
        login = ask("/api/v1/login", "POST", b'{"AccessToken": "%s"}' % SECRET.encode(), "application/json")
    assert SECRET not in login.content.decode()
    assert "0f0f0f0f" not in caplog.text
    assert "0f0f0f0f" not in repr(_known)
    rows = [*AccessToken.objects.values(), *Event.objects.values(), *Asker.objects.values()]
    assert "0f0f0f0f" not in repr(rows)
    assert "0f0f0f0f" not in repr(list(out_there.requests))


def test_a_session_of_our_pages_is_no_token(ask: Ask, held_tiny: Repo, settings: Any, client: Any, otto: User) -> None:
    settings.ANONYMOUS_PULL = False
    client.force_login(otto)
    session = client.cookies["entrepot_session"].value
    assert ask(FILES, Cookie=f"entrepot_session={session}; m_session_id={session}").status_code == 401
