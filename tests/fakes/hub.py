"""A fake Hugging Face hub."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Unpack

from . import answers
from .access import WINDOW, Gatekeeper, RateLimits, Refusal, User
from .cdn import HubCdn
from .content import FakeRepo, RepoFile
from .hub_api import answer_api
from .hub_files import answer_cache, answer_file
from .routes import Place, file_address
from .server import FakeServer, Where
from .wire import Request, Response

CacheHop = Literal["always", "named", "never"]
TOO_MANY = "We had to rate limit you. Wait, or log in to be allowed more."
CORS_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "authorization, range, content-type"),
]


class FakeHub(FakeServer):
    """`with FakeHub() as hub:` serves the repositories added to it, until the block ends.

    xet             send the hints that lead clients to the xet storage (there is none behind them)
    cache_hop       which small public files go through /api/resolve-cache: "always", "named" (not when asked
                    for by commit), or "never"
    tree_page       entries of a page of /tree, and of one with expand=true
    list_page       entries of a page of a listing
    unlisted        ids that no listing has, though the repos are there; to be filled while it runs
    link_lifetime   seconds until a signed CDN address expires
    enforce_limits  answer 429 once the budget of the RateLimit header is spent
    quotas          requests in each window by bucket: (without a token, with one); window is in seconds
    where           addresses and speed, as server.Where tells
    """

    def __init__(
        self,
        repos: Iterable[FakeRepo] = (),
        *,
        xet: bool = True,
        cache_hop: CacheHop = "always",
        tree_page: int = 1000,
        tree_page_expanded: int = 100,
        list_page: int = 1000,
        link_lifetime: float = 3600,
        enforce_limits: bool = False,
        quotas: dict[str, tuple[int, int]] | None = None,
        window: int = WINDOW,
        reject_bad_tokens: bool = False,
        **where: Unpack[Where],
    ) -> None:
        super().__init__(Gatekeeper(reject_bad_tokens), **where)
        self.xet = xet
        self.cache_hop: CacheHop = cache_hop
        self.tree_page = tree_page
        self.tree_page_expanded = tree_page_expanded
        self.list_page = list_page
        self.unlisted: set[str] = set()
        self.limits = RateLimits(enforce_limits, quotas, window)
        self.cdn = HubCdn(lambda: self.cdn_url, link_lifetime, xet)
        for repo in repos:
            self.add(repo)

    def sends_to_cache(self, repo: FakeRepo, file: RepoFile, found: Place) -> bool:
        if self.cache_hop == "never" or repo.private or repo.gated or "/" not in repo.id or not file.size:
            return False
        return self.cache_hop == "always" or found.commit is None or found.revision != found.commit.oid

    def redirect_to_canonical(self, request: Request, asked: str, canonical: str) -> Response:
        path = request.path.replace(f"/{asked}", f"/{canonical}", 1)
        return answers.redirect(307, path + (f"?{request.query}" if request.query else ""))

    def answer_cdn(self, request: Request) -> Response:
        return self.cdn.answer(request)

    def answer(self, request: Request) -> Response:
        segments = self.segments(request)
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
