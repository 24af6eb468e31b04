"""Who asks, and what they may read. A token comes as a Bearer or as the cookie that a login leaves."""

from __future__ import annotations

import hashlib
import uuid
from http.cookies import SimpleCookie

from tests.fakes.access import Gatekeeper, User
from tests.fakes.content import FakeRepo
from tests.fakes.wire import Request

from .envelope import Problem, no_access, no_record

COOKIE = "m_session_id"


def token_for(name: str) -> str:
    """A token of the right form for a made-up user, so that none has to stand in a file."""
    return f"ms-{uuid.UUID(bytes=hashlib.sha256(f'modelscope:{name}'.encode()).digest()[:16])}"


def cookie_of(request: Request) -> str:
    found = SimpleCookie(request.header("cookie")).get(COOKIE)
    return found.value if found else ""


class ScopeGate(Gatekeeper):
    """A token that nobody has is as good as none: reading what is public goes on."""

    def caller(self, request: Request) -> User | None:
        return super().caller(request) or self.users.get(cookie_of(request))

    def may_read(self, repo: FakeRepo, user: User | None) -> bool:
        if repo.disabled:
            return False
        return not (repo.private or repo.gated) or (user is not None and user.may_read(repo))

    def problem_of(
        self, kind: str, repo: FakeRepo | None, user: User | None, what: str, sees_gated: bool = False
    ) -> Problem | None:
        """Why the caller learns nothing of `what`; some of it is told about gated repos to everybody."""
        if repo is None:
            return no_record(kind, what)
        if self.may_read(repo, user) or (sees_gated and repo.gated and not repo.private and not repo.disabled):
            return None
        return no_access(kind, what)
