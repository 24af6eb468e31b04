"""A fake ModelScope: the JSON API, the files of its gateway, and the origin that its LFS objects come from."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Unpack
from urllib.parse import unquote

from tests.fakes.access import WINDOW, RateLimits, User
from tests.fakes.answers import with_headers
from tests.fakes.content import FakeRepo, Kind
from tests.fakes.faults import Fault, before_answer
from tests.fakes.server import FakeServer, Where
from tests.fakes.wire import Request, Response

from . import envelope
from .cdn import LfsCdn
from .describe import number_of
from .files import answer_resolve, resolve_address
from .gate import ScopeGate, token_for
from .git import answer_git
from .people import log_in, users_me
from .quirks import Quirks
from .repos import Asked, answer_repo
from .search import dolphin, open_info, open_listing, owner_listing

KINDS: dict[str, Kind] = {"models": "model", "datasets": "dataset"}
TOO_MANY = "Too many requests, please try again later"
NO_SUCH_PAGE = "404 page not found"


class FakeModelScope(FakeServer):
    """`with FakeModelScope([repo]) as hub:` serves the repositories added to it, until the block ends.

    The branch that a FakeRepo calls `main` is called `master` here, and there is no `main`.

    quirks          what is odd about it; `hub.quirks` may also be changed while it runs
    link_lifetime   seconds until a signed CDN address expires
    users           people with tokens; add_user makes more of them
    enforce_limits  answer 429 once a caller has asked too often
    quotas          requests in each window by bucket: (without a token, with one); window is in seconds
    where           addresses and speed, as server.Where tells
    """

    def __init__(
        self,
        repos: Iterable[FakeRepo] = (),
        *,
        quirks: Quirks | None = None,
        link_lifetime: float = 1800,
        users: Iterable[User] = (),
        enforce_limits: bool = False,
        quotas: dict[str, tuple[int, int]] | None = None,
        window: int = WINDOW,
        **where: Unpack[Where],
    ) -> None:
        self.gate: ScopeGate = ScopeGate()
        super().__init__(self.gate, **where)
        self.quirks = quirks or Quirks()
        self.limits = RateLimits(enforce_limits, quotas, window)
        self.cdn = LfsCdn(lambda: self.cdn_url, link_lifetime)
        self.control.routes["POST", "quirks"] = lambda data: self.quirks.set(data)
        self._hiccuped: set[str] = set()
        self._lock = threading.Lock()
        self.gate.users |= {user.token: user for user in users}
        for repo in repos:
            self.add(repo)

    def token_for(self, name: str) -> str:
        return token_for(name)

    def find(self, kind: Kind, name: str) -> FakeRepo | None:
        repo = self.catalogue.find(kind, name)
        if repo and not self.quirks.any_case and name not in (repo.id, *repo.aliases):
            return None
        return repo

    def find_number(self, kind: Kind, number: int) -> FakeRepo | None:
        return next((repo for repo in self.catalogue.of_kind(kind) if number_of(repo) == number), None)

    def hiccups_on(self, target: str) -> bool:
        """Whether this page of a tree is refused for once."""
        with self._lock:
            if self.quirks.tree_hiccups <= 0 or target in self._hiccuped:
                return False
            self.quirks.tree_hiccups -= 1
            self._hiccuped.add(target)
            return True

    def answer_instead(self, fault: Fault | None, request: Request) -> Response | None:
        """The gateway fails in the words of its envelope; the content network as any other does."""
        if fault is not None and fault.kind == "overload":
            return envelope.refused(envelope.overloaded())
        answer = before_answer(fault)
        if answer is None or fault is None or fault.kind != "status" or request.origin == "cdn":
            return answer
        headers = [("Retry-After", answer.header("Retry-After"))] if answer.header("Retry-After") else []
        problem = envelope.Problem(fault.status, fault.code or fault.status, "The fake hub was told to fail.")
        return envelope.refused(problem, headers) if answer.body else answer

    def answer_cdn(self, request: Request) -> Response:
        return self.cdn.answer(request)

    def answer(self, request: Request) -> Response:
        segments = [unquote(segment) for segment in self.segments(request)]
        user = self.gate.caller(request)
        rate, is_spent = self.limits.spend("api", user)
        if is_spent:
            wait = rate[0][1].rpartition("=")[2]
            response = envelope.refused(envelope.Problem(429, 429, TOO_MANY), [("Retry-After", wait)])
        else:
            response = self._dispatch(request, segments, user)
        if self.quirks.errors_are_200 and 400 <= response.status < 500 and response.status != 429:
            response = replace(response, status=200)
        return with_headers(envelope.for_method(request, response), envelope.common_headers())

    def _dispatch(self, request: Request, segments: list[str], user: User | None) -> Response:
        if segments[:2] == ["openapi", "v1"]:
            return self._answer_open(request, segments[2:], user)
        address = resolve_address(segments)
        if address is not None:
            return answer_resolve(self, request, address, user)
        if segments[:2] == ["api", "v1"]:
            return self._answer_api(request, segments[2:], user)
        if any(segment.endswith(".git") for segment in segments):
            return answer_git(self, request, segments, user)
        return Response(404, [("Content-Type", "text/plain")], NO_SUCH_PAGE.encode())

    def _answer_api(self, request: Request, segments: list[str], user: User | None) -> Response:
        if segments == ["repos", "internalAccelerationInfo"]:
            return envelope.done({"InternalRegionQueryAddress": ""})
        if segments == ["login"] and request.method == "POST":
            return log_in(self.gate, request)
        if segments == ["models"] and request.method == "PUT":
            return owner_listing(self, json_of(request), user)
        if segments == ["dolphin", "models"] and request.method == "PUT":
            return dolphin(self, json_of(request), user)
        if segments[:1] == ["repos"] and request.method == "GET":
            return envelope.looping()
        if request.method not in ("GET", "HEAD"):
            return envelope.refused(envelope.Problem(403, 403, "this hub is only for reading"))
        kind = KINDS.get(segments[0]) if segments else None
        asked = self._asked(request, kind, segments[1:], user) if kind else None
        if asked is None:
            return Response(404, [("Content-Type", "text/plain")], NO_SUCH_PAGE.encode())
        return answer_repo(asked)

    def _asked(self, request: Request, kind: Kind, segments: list[str], user: User | None) -> Asked | None:
        """`owner/name/...`; a dataset is also known by its number."""
        if kind == "dataset" and segments and segments[0].isdigit():
            repo, rest = self.find_number(kind, int(segments[0])), segments[1:]
        elif len(segments) >= 2:
            repo, rest = self.find(kind, "/".join(segments[:2])), segments[2:]
        else:
            return None
        return Asked(self, request, user, kind, repo, "/".join(rest))

    def _answer_open(self, request: Request, segments: list[str], user: User | None) -> Response:
        if segments == ["users", "me"]:
            return users_me(user)
        kind = KINDS.get(segments[0]) if segments else None
        if kind and len(segments) == 1:
            return open_listing(self, kind, request, user)
        if kind and len(segments) == 3:
            return open_info(self, kind, "/".join(segments[1:]), user)
        return envelope.open_refused(404, "ResourceNotFound", NO_SUCH_PAGE)


def json_of(request: Request) -> dict[str, Any]:
    """Clients send JSON whatever they call it; what is none is taken for an empty question."""
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
