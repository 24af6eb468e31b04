"""A fake Hugging Face hub: two origins that share one set of repositories, one book of faults and one log."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Literal, Self

from . import answers
from .access import WINDOW, Gatekeeper, RateLimits, Refusal, User, token_of
from .cdn import Cdn
from .content import FakeRepo, Kind, RepoFile
from .control import CONTROL, Control
from .faults import FaultBook, after_answer, before_answer
from .hub_api import answer_api
from .hub_files import answer_cache, answer_file
from .log import Entry, RequestLog
from .routes import Catalogue, Place, file_address
from .wire import Delivery, Origin, Request, Response, Slice

CacheHop = Literal["always", "named", "never"]
TOO_MANY = "We had to rate limit you. Wait, or log in to be allowed more."
CORS_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "authorization, range, content-type"),
]


class FakeHub:
    """`with FakeHub() as hub:` serves the repositories added to it, until the block ends.

    xet             send the hints that lead clients to the xet storage (there is none behind them)
    path_prefix     serve the hub under this path, as some hubs do
    cache_hop       which small public files go through /api/resolve-cache: "always", "named" (not when asked
                    for by commit), or "never"
    tree_page       entries of a page of /tree, and of one with expand=true
    list_page       entries of a page of a listing
    link_lifetime   seconds until a signed CDN address expires
    rate            bytes per second of each connection, for file content; 0 is as fast as possible
    enforce_limits  answer 429 once the budget of the RateLimit header is spent
    quotas          requests in each window by bucket: (without a token, with one); window is in seconds
    cdn_host        has to differ from host by name: clients take another port of the same host for the same server
    """

    def __init__(
        self,
        repos: Iterable[FakeRepo] = (),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        cdn_host: str = "127.0.0.2",
        cdn_port: int = 0,
        cdn_url: str = "",
        control_port: int = 0,
        xet: bool = True,
        path_prefix: str = "",
        cache_hop: CacheHop = "always",
        tree_page: int = 1000,
        tree_page_expanded: int = 100,
        list_page: int = 1000,
        link_lifetime: float = 3600,
        rate: int = 0,
        enforce_limits: bool = False,
        quotas: dict[str, tuple[int, int]] | None = None,
        window: int = WINDOW,
        reject_bad_tokens: bool = False,
    ) -> None:
        self.xet = xet
        self.path_prefix = path_prefix.rstrip("/")
        self.cache_hop: CacheHop = cache_hop
        self.tree_page = tree_page
        self.tree_page_expanded = tree_page_expanded
        self.list_page = list_page
        self.rate = rate
        self.catalogue = Catalogue()
        self.gate = Gatekeeper(reject_bad_tokens)
        self.limits = RateLimits(enforce_limits, quotas, window)
        self.faults = FaultBook()
        self.requests = RequestLog()
        self._cdn_url = cdn_url
        self.cdn = Cdn(lambda: self.cdn_url, link_lifetime, xet)
        self.control = Control(self)
        self.hub_origin = Origin("hub", self._on_hub, host, port)
        self.cdn_origin = Origin("cdn", self._on_cdn, cdn_host, cdn_port)
        self.control_origin = Origin("control", self.control.answer, host, control_port)
        for repo in repos:
            self.add(repo)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        for origin in (self.hub_origin, self.cdn_origin, self.control_origin):
            origin.plug_in()

    def stop(self) -> None:
        for origin in (self.hub_origin, self.cdn_origin, self.control_origin):
            origin.unplug()

    def unplug(self, seconds: float | None = None) -> None:
        """Both origins refuse everything; with seconds, only for so long. The control port stays open."""
        self.hub_origin.unplug()
        self.cdn_origin.unplug()
        if seconds is not None:
            timer = threading.Timer(seconds, self.replug)
            timer.daemon = True
            timer.start()

    def replug(self) -> None:
        self.hub_origin.plug_in()
        self.cdn_origin.plug_in()

    @property
    def url(self) -> str:
        """The address to give to clients as the endpoint."""
        return self.hub_origin.url + self.path_prefix

    @property
    def cdn_url(self) -> str:
        return self._cdn_url or self.cdn_origin.url

    @property
    def control_url(self) -> str:
        return self.control_origin.url + CONTROL

    def site(self, request: Request) -> str:
        """The address by which this caller knows the hub."""
        host = request.header("host")
        return (f"http://{host}" if host else self.hub_origin.url) + self.path_prefix

    def add(self, repo: FakeRepo) -> FakeRepo:
        self.catalogue.add(repo)
        return repo

    def repo(self, repo_id: str, kind: Kind = "model") -> FakeRepo:
        found = self.catalogue.find(kind, repo_id)
        if found is None:
            raise KeyError(f"there is no {kind} {repo_id}")
        return found

    def rename(self, repo_id: str, new_id: str, kind: Kind = "model") -> None:
        """The old name goes on working, by a redirect."""
        self.catalogue.rename(self.repo(repo_id, kind), new_id)

    def remove(self, repo_id: str, kind: Kind = "model") -> None:
        self.catalogue.remove(repo_id, kind)

    def add_user(
        self,
        name: str,
        access: Collection[str] = (),
        pending: Collection[str] = (),
        rejected: Collection[str] = (),
        token: str = "",
    ) -> User:
        """Somebody with a valid token, who may read the named gated and private repositories and their own."""
        user = User(name, token or token_of(name), set(access), set(pending), set(rejected))
        self.gate.users[user.token] = user
        return user

    def sends_to_cache(self, repo: FakeRepo, file: RepoFile, found: Place) -> bool:
        if self.cache_hop == "never" or repo.private or repo.gated or "/" not in repo.id or not file.size:
            return False
        return self.cache_hop == "always" or found.commit is None or found.revision != found.commit.oid

    def redirect_to_canonical(self, request: Request, asked: str, canonical: str) -> Response:
        path = request.path.replace(f"/{asked}", f"/{canonical}", 1)
        return answers.redirect(307, path + (f"?{request.query}" if request.query else ""))

    def _on_hub(self, request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return self.control.answer(request)
        return self._exchange(request, self._answer_hub)

    def _on_cdn(self, request: Request) -> Response:
        return self._exchange(request, self.cdn.answer)

    def _exchange(self, request: Request, answer: Callable[[Request], Response]) -> Response:
        """One request: the right answer, unless a fault wants another one, and the line in the log."""
        entry = Entry(request.method, request.target, request.origin, dict(request.headers))
        fault = self.faults.take(request)
        response = before_answer(fault) or safely(answer, request)
        if fault is None and request.method == "GET" and response.status in (200, 206):
            fault = self.faults.take(request, of_body=True)
            if fault is not None and fault.kind == "ignore-range":
                response = safely(answer, without_range(request))
        if self.rate and isinstance(response.body, Slice):
            response = replace(response, delivery=Delivery(rate=self.rate))
        entry.status, entry.fault = response.status, fault.kind if fault else ""
        request.on_sent = entry.add_sent
        self.requests.append(entry)
        return after_answer(fault, response)

    def _answer_hub(self, request: Request) -> Response:
        segments = self._segments(request)
        user = self.gate.caller(request)
        bucket = bucket_of(segments)
        rate, spent = self.limits.spend(bucket, user)
        if request.method == "OPTIONS":
            response = Response(204, list(CORS_PREFLIGHT))
        elif spent:
            headers = [("Retry-After", rate[0][1].rpartition("=")[2])]
            response = answers.refuse(Refusal(429, TOO_MANY), as_json=bucket == "api", headers=headers)
        else:
            response = self._dispatch(request, segments, user)
        return answers.with_headers(response, answers.common_headers(request, self.site(request), rate))

    def _segments(self, request: Request) -> list[str]:
        path = request.path
        if not (path + "/").startswith(self.path_prefix + "/"):
            return []
        return [segment for segment in path.removeprefix(self.path_prefix).split("/") if segment]

    def _dispatch(self, request: Request, segments: list[str], user: User | None) -> Response:
        is_api = segments[:1] == ["api"]
        refusal = self.gate.refusal_of_token(request)
        if refusal is not None:
            return answers.refuse(refusal, as_json=is_api)
        if is_api and segments[1:2] == ["resolve-cache"]:
            return answer_cache(self, request, segments[2:])
        if is_api and len(segments) > 1:
            return answer_api(self, request, segments[1:], user)
        address = None if is_api else file_address(segments)
        return answer_file(self, request, address, user) if address else answers.page_not_found(is_api)


def bucket_of(segments: list[str]) -> str:
    if segments[:2] == ["api", "resolve-cache"] or (segments[:1] != ["api"] and file_address(segments)):
        return "resolvers"
    return "api" if segments[:1] == ["api"] else "pages"


def without_range(request: Request) -> Request:
    return replace(request, headers={name: value for name, value in request.headers.items() if name != "range"})


def safely(answer: Callable[[Request], Response], request: Request) -> Response:
    """A bug of the fake must be seen as one, not as a hub that hangs up."""
    try:
        return answer(request)
    except Exception:
        traceback.print_exc()
        return Response(500, [("Content-Type", "text/plain")], traceback.format_exc().encode())
