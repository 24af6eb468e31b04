"""The lists and searches of every generation: what this hub holds, and what could be asked for."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.request import RawPostDataException

from hub.catalog.models import Repo
from hub.dialects.modelscope import describe
from hub.dialects.modelscope.asked import Asked
from hub.dialects.modelscope.envelope import enveloped, open_enveloped
from hub.errors import BadInput
from hub.index.models import NEVER, Entry
from hub.index.query import Query, Sort
from hub.index.search import search
from hub.names import RepoKind

PAGE = 10
MOST = 3000
EVERYTHING = 10**9

_SORTS = {
    "trending": Sort.TRENDING,
    "downloads": Sort.DOWNLOADS,
    "downloadscount": Sort.DOWNLOADS,
    "likes": Sort.LIKES,
    "starscount": Sort.LIKES,
    "last_modified": Sort.UPDATED,
    "gmtmodified": Sort.UPDATED,
    "gmtcreated": Sort.CREATED,
}


def open_list(asked: Asked, kind: RepoKind) -> HttpResponse:
    """`GET /openapi/v1/models`; 1.34 calls the owner an author."""
    query = asked.query
    wish = _wish(
        kind,
        text=" ".join(query.all("search")),
        authors=query.all("owner") or query.all("author"),
        tags=[*query.all("filter.library"), *(f"license:{name}" for name in query.all("filter.license"))],
        task=query.get("filter.task"),
        sort=query.get("sort"),
    )
    page, size = query.number("page_number", 1, EVERYTHING), query.number("page_size", PAGE, MOST)
    rows, total = _page(wish, page, size)
    items = [describe.open_data(row) for row in rows]
    return open_enveloped({kind.plural: items, "total_count": total, "page_number": page, "page_size": size})


def datasets(asked: Asked) -> HttpResponse:
    """`GET /api/v1/datasets`: clients since 1.38 list an owner's datasets by it."""
    query = asked.query
    page, size = query.number("PageNumber", 1, EVERYTHING), query.number("PageSize", PAGE, MOST)
    owners = [value for name in ("owner", "Owner", "Target") for value in query.all(name)]
    rows, total = _page(_wish(RepoKind.DATASET, " ".join(query.all("Query")), owners), page, size)
    told = [describe.repo_data(row) for row in rows]
    return enveloped(told, TotalCount=total, PageNumber=page, PageSize=size)


def models_of_owner(asked: Asked) -> HttpResponse:
    """`PUT /api/v1/models`: how clients up to 1.37 list."""
    body = _body(asked)
    owner = _text(body, "Path")
    wish = _wish(RepoKind.MODEL, _text(body, "Name"), [owner] if owner else [])
    rows, total = _page(wish, *_place(body))
    return enveloped({"Models": [describe.repo_data(row) for row in rows], "TotalCount": total})


def dolphin(asked: Asked) -> HttpResponse:
    """`PUT /api/v1/dolphin/models`: the search of the website, and of many tools."""
    body = _body(asked)
    wish = _wish(RepoKind.MODEL, _text(body, "Name"), task=_task(body.get("Criterion")), sort=_text(body, "SortBy"))
    rows, total = _page(wish, *_place(body))
    models = {"Models": [describe.repo_data(row) for row in rows], "TotalCount": total}
    return enveloped({"Model": models, "Source": "", "Target": ""})


def _wish(
    kind: RepoKind, text: str, authors: Sequence[str] = (), tags: Sequence[str] = (), task: str = "", sort: str = ""
) -> Query:
    return Query(
        text,
        kinds=[kind],
        authors=authors,
        tags=tags,
        tasks=[task] if task else [],
        held=True if settings.LISTING == "held" else None,
        sort=_SORTS.get(sort.lower(), Sort.RELEVANCE),
    )


def _page(wish: Query, page: int, size: int) -> tuple[Iterable[Repo], int]:
    found = search(wish, size, skip=(page - 1) * size, forgiving=False)
    rows = Repo.objects.in_bulk([entry.repo_id for entry in found.entries if entry.held and entry.repo_id])
    return [rows.get(entry.repo_id) or _row(entry) for entry in found.entries], found.total


def _row(entry: Entry) -> Repo:
    """A repo that is not held, as a row that nobody saves: only what its listing tells."""
    return Repo(
        pk=entry.pk,
        upstream=entry.upstream,
        kind=entry.kind,
        namespace=entry.namespace,
        name=entry.name,
        licence=entry.licence,
        pipeline_tag=entry.task,
        tags=entry.tags,
        pulls=entry.downloads,
        upstream_likes=entry.likes,
        upstream_created_at=entry.created_at,
        upstream_modified_at=entry.updated_at,
        created_at=NEVER,
    )


def _body(asked: Asked) -> dict[str, Any]:
    try:
        body = json.loads(asked.request.body or b"{}")
    except (ValueError, RawPostDataException) as error:
        raise BadInput("the body is no JSON", 'send {"Path": "owner", "PageNumber": 1, "PageSize": 10}') from error
    if not isinstance(body, dict):
        raise BadInput("the body is no JSON object", 'send {"Path": "owner", "PageNumber": 1, "PageSize": 10}')
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _place(body: dict[str, Any]) -> tuple[int, int]:
    page, size = body.get("PageNumber"), body.get("PageSize")
    return (
        min(page, EVERYTHING) if isinstance(page, int) and page > 0 else 1,
        min(size, MOST) if isinstance(size, int) and size > 0 else PAGE,
    )


def _task(criteria: object) -> str:
    """The first task of a criterion; other criteria are about what only the website knows."""
    for one in criteria if isinstance(criteria, list) else []:
        if isinstance(one, dict) and one.get("category") == "tasks" and isinstance(one.get("values"), list):
            return next((str(value) for value in one["values"]), "")
    return ""
