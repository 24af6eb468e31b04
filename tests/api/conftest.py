"""What the tests of the API share: its root, and how to write JSON to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from hub.accounts.tokens import forget_cached, issue
from hub.mirroring.kept import forget_kept
from tests import people

ROOT = "/-/api/v1"
PROBLEM = {"type", "title", "status", "detail", "instance", "code", "next_step", "request_id"}

Write = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    forget_cached()
    forget_kept()


@pytest.fixture
def closed(settings: Any) -> None:
    """Pulls need an account."""
    settings.ANONYMOUS_PULL = False


@pytest.fixture
def post(client: Client) -> Write:
    """`post("requests/", {...})`, and headers by name."""

    def _post(path: str, body: Any = None, method: str = "post", **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        send = getattr(client, method)
        answer: HttpResponse = send(f"{ROOT}/{path}", body or {}, content_type="application/json", headers=named)
        return answer

    return _post


@pytest.fixture
def bearer() -> Callable[[str], dict[str, str]]:
    """The header of somebody's new token."""

    def _bearer(name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue(people.person(name), 'laptop')}"}

    return _bearer


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is, which has to be that one."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert set(told) >= PROBLEM
    assert (told["status"], told["instance"]) == (status, answer.wsgi_request.path)
    return told
