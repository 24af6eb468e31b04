"""Who asks, what they may read, and the words with which the hub refuses."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from .content import FakeRepo
from .wire import Request

BAD_LOGIN = "Invalid username or password."
BAD_TOKEN = "Invalid credentials in Authorization header"
DISABLED = "Access to this resource is disabled."
OPEN_FILES = {"README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"}
WINDOW = 300
# Requests in five minutes: without a token, with one.
QUOTAS = {"api": (500, 1000), "resolvers": (3000, 5000), "pages": (100, 100)}
GENEROUS = dict.fromkeys(QUOTAS, (1_000_000, 1_000_000))
"""What is told where nothing is enforced: a hub that keeps to its budget would go slower and slower otherwise."""


def token_of(name: str) -> str:
    """A token of the right form for a made-up user, so that none has to stand in a file."""
    return "hf_" + hashlib.sha256(name.encode()).hexdigest()[:34]


@dataclass
class User:
    name: str
    token: str
    access: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)

    def may_read(self, repo: FakeRepo) -> bool:
        return repo.namespace == self.name or repo.id in self.access


@dataclass(frozen=True)
class Refusal:
    """Why a caller does not get something, as status, X-Error-Code and X-Error-Message."""

    status: int
    message: str
    code: str = ""


class Gatekeeper:
    def __init__(self, reject_bad_tokens: bool = False) -> None:
        self.users: dict[str, User] = {}
        self.reject_bad_tokens = reject_bad_tokens

    def caller(self, request: Request) -> User | None:
        scheme, _, token = request.header("authorization").partition(" ")
        return self.users.get(token.strip()) if scheme.lower() == "bearer" else None

    def refusal_of_token(self, request: Request) -> Refusal | None:
        if self.reject_bad_tokens and request.header("authorization") and self.caller(request) is None:
            return Refusal(401, BAD_TOKEN)
        return None

    def refusal_of_missing(self, user: User | None) -> Refusal:
        """The hub does not tell strangers whether a repository exists."""
        return Refusal(404, "Repository not found", "RepoNotFound") if user else Refusal(401, BAD_LOGIN)

    def refusal_of_repo(self, repo: FakeRepo | None, user: User | None) -> Refusal | None:
        if repo is None or (repo.private and not (user and user.may_read(repo))):
            return self.refusal_of_missing(user)
        return None

    def has_access(self, repo: FakeRepo, user: User | None) -> bool:
        return not repo.gated or (user is not None and user.may_read(repo))

    def refusal_of_content(self, repo: FakeRepo, user: User | None, site: str) -> Refusal | None:
        if repo.disabled:
            return Refusal(403, DISABLED)
        if self.has_access(repo, user):
            return None
        if user is None:
            return Refusal(401, anonymous_gate(repo), "GatedRepo")
        return Refusal(403, gate_for(repo, user, site), "GatedRepo")


def anonymous_gate(repo: FakeRepo) -> str:
    return (
        f"Access to {repo.kind} {repo.id} is restricted. You must have access to it and be authenticated"
        " to access it. Please log in."
    )


def gate_for(repo: FakeRepo, user: User, site: str) -> str:
    if repo.id in user.pending:
        return f"Your request to access {repo.kind} {repo.id} is awaiting a review from the repo authors."
    if repo.id in user.rejected:
        return f"Your request to access {repo.kind} {repo.id} has been rejected by the repo's authors."
    return (
        f"Access to {repo.kind} {repo.id} is restricted and you are not in the authorized list."
        f" Visit {site}/{repo.id} to ask for access."
    )


class RateLimits:
    """The budget that every answer tells; it is only enforced when asked for. `window` is in seconds.

    `asked` keeps how often each bucket was asked in each window, the refused ones too; `refused` counts those.
    """

    def __init__(
        self, enforce: bool = False, quotas: dict[str, tuple[int, int]] | None = None, window: int = WINDOW
    ) -> None:
        self.enforce = enforce
        self.window = window
        self.asked: Counter[tuple[str, int]] = Counter()
        self.refused = 0
        self.quotas = (QUOTAS if enforce else GENEROUS) | (quotas or {})
        self._used: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()
        self._window = 0

    def spend(self, bucket: str, user: User | None) -> tuple[list[tuple[str, str]], bool]:
        """The two headers, and whether the caller has asked too often."""
        now = time.time()
        quota = self.quotas[bucket][1 if user else 0]
        with self._lock:
            if self._window != int(now // self.window):
                self._window = int(now // self.window)
                self._used.clear()
            self.asked[bucket, self._window] += 1
            key = (bucket, user.name if user else "")
            used = self._used[key] = self._used.get(key, 0) + 1
        left, seconds = max(0, quota - used), self.window - int(now % self.window)
        headers = [
            ("RateLimit", f'"{bucket}";r={left};t={seconds}'),
            ("RateLimit-Policy", f'"fixed window";"{bucket}";q={quota};w={self.window}'),
        ]
        is_over = self.enforce and used > quota
        self.refused += is_over
        return headers, is_over
