"""The lists of models and datasets: of an owner, of the website, and of /openapi/v1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.access import User
from tests.fakes.content import FakeRepo, Kind
from tests.fakes.routes import Query
from tests.fakes.wire import Request, Response

from . import describe
from .envelope import Problem, done, open_done, open_refused, refused

if TYPE_CHECKING:
    from .hub import FakeModelScope

# Deeper than its window no list goes, and a page is cut to its limit without a word.
DOLPHIN_WINDOW, DOLPHIN_PAGE = 10_000, 100
OPEN_WINDOW, OPEN_PAGE = 3000, 50
OVERFLOW = Problem(500, 10010207001, "list_models_failed")
FOLDERS: dict[Kind, str] = {"model": "models", "dataset": "datasets"}
SORTS: dict[str, Callable[[FakeRepo], Any]] = {
    "downloads": lambda repo: repo.downloads,
    "DownloadsCount": lambda repo: repo.downloads,
    "likes": lambda repo: repo.likes,
    "StarsCount": lambda repo: repo.likes,
    "last_modified": lambda repo: repo.head.date,
    "GmtModified": lambda repo: repo.head.date,
}


def visible(hub: FakeModelScope, kind: Kind, user: User | None, sort: str = "") -> list[FakeRepo]:
    """Gated repos are listed for everybody, private ones for those who may read them."""
    found = [
        repo
        for repo in hub.catalogue.of_kind(kind)
        if not repo.disabled and (hub.gate.may_read(repo, user) or not (repo.private or hub.quirks.hide_gated))
    ]
    return sorted(found, key=SORTS.get(sort, lambda repo: repo.trending), reverse=True)


def owner_of(repo: FakeRepo) -> str:
    return repo.id.rpartition("/")[0]


def whole(value: Any, default: int) -> int:
    return int(value) if str(value).isdigit() and int(value) > 0 else default


def owner_listing(hub: FakeModelScope, asked: dict[str, Any], user: User | None) -> Response:
    """PUT /api/v1/models/ of the old clients: everything of one owner."""
    number, size = whole(asked.get("PageNumber"), 1), whole(asked.get("PageSize"), 10)
    owner = str(asked.get("Path") or "").lower()
    found = [repo for repo in visible(hub, "model", user) if not owner or owner_of(repo).lower() == owner]
    page = found[(number - 1) * size : number * size]
    rows = [describe.details(repo, hub.gate.may_read(repo, user)) for repo in page]
    return done({"Models": rows, "TotalCount": len(found)})


def dolphin(hub: FakeModelScope, asked: dict[str, Any], user: User | None) -> Response:
    """PUT /api/v1/dolphin/models of the website. It has no filter by owner: `owner/` goes in front of the name."""
    number, size = whole(asked.get("PageNumber"), 1), whole(asked.get("PageSize"), 10)
    if number * size > DOLPHIN_WINDOW:
        return refused(OVERFLOW)
    size = min(size, DOLPHIN_PAGE)
    name = str(asked.get("Name") or "").lower()
    wanted = visible(hub, "model", user, str(asked.get("SortBy") or ""))
    found = [repo for repo in wanted if name in repo.id.lower() and meets(repo, asked.get("Criterion") or [])]
    page = found[(number - 1) * size : number * size]
    rows = [describe.listed(repo) for repo in page]
    return done({"Model": {"Models": rows, "TotalCount": len(found)}, "Source": "", "Target": ""})


def meets(repo: FakeRepo, criteria: list[dict[str, Any]]) -> bool:
    """Only tasks are looked at."""
    tasks = {task["Name"] for task in describe.tasks_of(repo)}
    return all(tasks & set(one.get("values") or []) for one in criteria if one.get("category") == "tasks")


def open_listing(hub: FakeModelScope, kind: Kind, request: Request, user: User | None) -> Response:
    query = Query(request.query)
    number, size = query.number("page_number", 1) or 1, query.number("page_size", 10) or 10
    if number * size > OPEN_WINDOW:
        return open_refused(400, "InputParameterError", f"page_number * page_size must not exceed {OPEN_WINDOW}")
    size = min(size, OPEN_PAGE)
    found = [repo for repo in visible(hub, kind, user, query.get("sort")) if answers(repo, query)]
    page = [describe.open_row(repo) for repo in found[(number - 1) * size : number * size]]
    return open_done({FOLDERS[kind]: page, "total_count": len(found), "page_number": number, "page_size": size})


def answers(repo: FakeRepo, query: Query) -> bool:
    owner = (query.get("owner") or query.get("author")).lower()
    row = describe.open_row(repo)
    return (
        query.get("search").lower() in repo.id.lower()
        and owner in ("", owner_of(repo).lower())
        and query.get("filter.task") in ("", *row["tasks"])
        and query.get("filter.library") in ("", *row["tags"])
        and query.get("filter.license") in ("", row["license"])
    )


def open_info(hub: FakeModelScope, kind: Kind, name: str, user: User | None) -> Response:
    repo = hub.find(kind, name)
    if repo is None or repo not in visible(hub, kind, user):
        return open_refused(404, "ResourceNotFound", f"{kind} {name} does not exist or is not yours to see")
    return open_done(describe.open_row(repo))
