import logging
from typing import Any

import pytest

from hub.accounts.callers import SYSTEM
from hub.accounts.models import User
from hub.accounts.tokens import forget_cached, issue, revoke
from hub.catalog.models import Repo
from hub.dialects.answers import header_text
from tests.dialects.conftest import NEWEST, OLDEST, Ask

pytestmark = pytest.mark.django_db

FOREIGN = "Bearer hf_" + "f" * 34


@pytest.fixture
def mia(db: None) -> User:
    return User.objects.create_user("mia", password="not used here")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("target", ["/api/nothing", "/api/repos/create", "/api", "/nothing", "/a/b/blob/main/c"])
def test_unknown_routes_are_json_404_for_every_method(ask: Ask, method: str, target: str) -> None:
    answer = ask(target, method)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")
    assert answer["X-Error-Message"]
    assert answer["X-Request-Id"]
    if method != "HEAD":
        assert answer.json()["error"]


def test_a_route_that_no_repo_has(ask: Ask, held_tiny: Repo) -> None:
    assert ask("/api/models/acme/tiny/discussions").status_code == 404
    assert "X-Error-Code" not in ask("/api/models/acme/tiny/xet-read-token/main")


def test_ids_that_no_hub_would_take_are_missing_repos(ask: Ask) -> None:
    for target in ("/api/models/..%2F..%2Fetc", "/api/models/-bad/x", "/api/models/a--b/c", "/a..b/c/resolve/main/x"):
        answer = ask(target)
        assert (answer.status_code, answer["X-Error-Code"]) == (404, "RepoNotFound")


def test_the_clients_trace_is_the_request_id(ask: Ask) -> None:
    assert ask("/api/agent-harnesses", X_Amzn_Trace_Id="abc-123")["X-Request-Id"] == "abc-123"
    assert "<" not in ask("/api/agent-harnesses", X_Amzn_Trace_Id="<script>")["X-Request-Id"]


def test_small_routes(ask: Ask) -> None:
    assert ask("/api/agent-harnesses").json() == {"standardEnvVars": [], "harnesses": {}}
    assert ask("/api/telemetry/transformers/x", "HEAD").status_code == 204


def test_browsers_may_ask_from_anywhere(ask: Ask, held_tiny: Repo, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    preflight = ask("/acme/tiny/resolve/main/config.json", "OPTIONS", Origin="https://app.example")
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == "*"
    for name in ("authorization", "range"):
        assert name in preflight["Access-Control-Allow-Headers"]
    settings.ANONYMOUS_PULL = True
    exposed = ask("/acme/tiny/resolve/main/config.json")["Access-Control-Expose-Headers"]
    assert {"ETag", "X-Repo-Commit", "Content-Range", "X-Linked-ETag"} <= set(exposed.split(","))


def test_whoami_knows_our_tokens_only(ask: Ask, mia: User) -> None:
    told = ask("/api/whoami-v2", Authorization=f"Bearer {issue(mia, 'laptop')}").json()
    assert (told["name"], told["orgs"], told["auth"]["accessToken"]["displayName"]) == ("mia", [], "laptop")
    for headers in ({}, {"Authorization": FOREIGN}):
        answer = ask("/api/whoami-v2", **headers)
        assert answer.status_code == 401
        assert "token" in answer.json()["error"]


def test_a_token_of_another_hub_is_nobody_and_leaves_no_trace(
    ask: Ask, held_tiny: Repo, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert ask("/acme/tiny/resolve/main/config.json", Authorization=FOREIGN).status_code == 200
        assert ask("/acme/tiny/resolve/main/nothing", Authorization=FOREIGN).status_code == 404
    assert "ffff" not in caplog.text


def test_a_revoked_token_is_told_so(ask: Ask, held_tiny: Repo, mia: User) -> None:
    text = issue(mia, "laptop")
    revoke(mia.tokens.get(), SYSTEM)
    forget_cached()
    for target in ("/acme/tiny/resolve/main/config.json", "/api/models/acme/tiny"):
        plain = ask(target, Authorization=f"Bearer {text}")
        assert plain.status_code == 401
        assert "revoked" in plain["X-Error-Message"]
        assert "revoked" in plain["X-HF-Warning"]


def test_over_https_a_wrong_token_is_told_in_the_words_that_clients_know(
    ask: Ask, held_tiny: Repo, mia: User, settings: Any
) -> None:
    settings.EXTERNAL_URL = "https://models.example"
    text = issue(mia, "laptop")
    revoke(mia.tokens.get(), SYSTEM)
    forget_cached()
    answer = ask("/api/models/acme/tiny", Authorization=f"Bearer {text}")
    assert answer["X-Error-Message"] == "Invalid credentials in Authorization header"
    assert "revoked" in answer.json()["error"]


@pytest.mark.parametrize(("url", "code"), [("", None), ("https://models.example", "GatedRepo")])
def test_a_closed_hub_asks_for_a_token(
    ask: Ask, held_tiny: Repo, mia: User, settings: Any, url: str, code: str | None
) -> None:
    settings.ANONYMOUS_PULL, settings.EXTERNAL_URL = False, url
    for target in ("/acme/tiny/resolve/main/config.json", "/api/models/acme/tiny", "/api/models", "/api/nothing"):
        for headers in ({}, {"Authorization": FOREIGN}):
            answer = ask(target, **headers)
            assert (answer.status_code, answer.headers.get("X-Error-Code")) == (401, code)
            assert answer["X-HF-Warning"].startswith("entrepot-token; ")
    known = {"Authorization": f"Bearer {issue(mia, 'laptop')}"}
    assert ask("/acme/tiny/resolve/main/config.json", **known).status_code == 200


def test_our_own_mistakes_are_json_too(ask: Ask, held_tiny: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("hub.dialects.huggingface.entry.answer_file", broken)
    answer = ask("/acme/tiny/resolve/main/config.json")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("client", [NEWEST, OLDEST])
def test_messages_in_headers_are_ascii_on_one_line(client: str) -> None:
    assert header_text("Zoë’s “dépôt” — 日本\r\nX: y") == 'Zoe\'s "depot" - ?? X: y'
