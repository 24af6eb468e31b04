"""Logging in, and asking who one is."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.access import User
from tests.fakes.wire import Request, Response

from .envelope import Problem, done, open_done, open_refused, refused
from .gate import COOKIE, ScopeGate

BAD_TOKEN = Problem(401, 10010103009, "AccessToken is invalid")


def log_in(gate: ScopeGate, request: Request) -> Response:
    try:
        data: Any = json.loads(request.body)
        user = gate.users.get(str(data["AccessToken"]))
    except (ValueError, KeyError, TypeError):
        user = None
    if user is None:
        return refused(BAD_TOKEN)
    # The token of git is another one than that of the API, and nobody may take it for the other.
    git_token = f"git-{user.token.removeprefix('ms-')}"
    cookie = ("Set-Cookie", f"{COOKIE}={user.token}; Path=/; HttpOnly")
    return done({"AccessToken": git_token, "Username": user.name, "Email": email_of(user)}, [cookie])


def users_me(user: User | None) -> Response:
    if user is None:
        return open_refused(401, "InvalidAuthentication", "authentication is required")
    return open_done({"username": user.name, "email": email_of(user), "nickname": user.name, "avatar_url": ""})


def email_of(user: User) -> str:
    return f"{user.name}@users.noreply"
