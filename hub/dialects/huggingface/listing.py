"""`/api/{models|datasets|spaces}` and the tags in use: what this hub holds, and what could be asked for."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from hub.catalog.models import Repo
from hub.catalog.search import head_pins, tags_in_use
from hub.catalog.shelves import sheet_of
from hub.catalog.trees import tree_of
from hub.dialects.answers import json_answer
from hub.dialects.asked import Query
from hub.dialects.huggingface import describe
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.repos import next_link
from hub.errors import BadInput
from hub.index.models import Entry
from hub.index.query import Page, Sort
from hub.index.query import Query as Wish
from hub.index.search import search
from hub.names import RepoKind

PAGE = 1000
PAGE_WITH_SIBLINGS = 100

_SORTS = {
    "downloads": Sort.DOWNLOADS,
    "likes": Sort.LIKES,
    "likes30d": Sort.LIKES,
    "createdAt": Sort.CREATED,
    "created_at": Sort.CREATED,
    "lastModified": Sort.UPDATED,
    "last_modified": Sort.UPDATED,
}
_BOUND = re.compile(r"(min|max):(\d+(?:\.\d+)?)([KMBT]?)", re.IGNORECASE)
_SCALE = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_TAG_TYPES = frozenset({"dataset", "license", "arxiv", "doi", "region", "base_model"})
_LANGUAGE = re.compile(r"[a-z]{2,3}|multilingual")


def list_repos(asked: Asked, kind: RepoKind) -> HttpResponse:
    """One page; unknown parameters are ignored, as the hub does."""
    query = asked.query
    expand = query.all("expand")
    with_siblings = query.flag("full") or "siblings" in expand
    limit = query.number("limit", PAGE, PAGE_WITH_SIBLINGS if with_siblings else PAGE)
    wish = _wish(query, kind)
    if wish is None:
        return json_answer([])
    page = _page(wish, limit, query.get("cursor"))
    headers = {"Link": next_link(asked, "cursor", page.after)} if page.after else {}
    return json_answer(_entries(query, kind, page.entries, with_siblings), headers=headers)


def _page(wish: Wish, limit: int, cursor: str) -> Page:
    """A cursor of another search asks for the first page, as it does on the hub."""
    try:
        return search(wish, limit, cursor, count=False, forgiving=False)
    except BadInput:
        return search(wish, limit, count=False, forgiving=False)


def _wish(query: Query, kind: RepoKind) -> Wish | None:
    """None where nothing can be found: nothing runs here, and nothing that is held asks before it hands out bytes."""
    held = True if settings.LISTING == "held" else None
    gated = query.flag("gated")
    if query.all("inference") or query.all("inference_provider") or (gated and held):
        return None
    filters = [part.strip() for value in (*query.all("filter"), *query.all("tags")) for part in value.split(",")]
    text = " ".join(query.all("search"))
    return Wish(
        text,
        kinds=[kind],
        authors=query.all("author"),
        tags=[tag for tag in filters if tag],
        tasks=query.all("pipeline_tag"),
        parameters=_parameters(query.get("num_parameters")),
        held=False if gated else held,
        gated=True if gated else None,
        sort=_SORTS.get(query.get("sort"), Sort.RELEVANCE if text.strip() else Sort.TRENDING),
        ascending=query.get("direction") == "1",
    )


def _parameters(text: str) -> tuple[float, float] | None:
    """`min:6B,max:128B`"""
    bounds = {name.lower(): float(number) * _SCALE[scale.upper()] for name, number, scale in _BOUND.findall(text)}
    return (bounds.get("min", 0.0), bounds.get("max", float("inf"))) if bounds else None


def _entries(query: Query, kind: RepoKind, found: Sequence[Entry], with_siblings: bool) -> list[dict[str, Any]]:
    names = _names(query, kind)
    pks = [entry.repo_id for entry in found if entry.held and entry.repo_id]
    heads = head_pins(pks)
    repos = Repo.objects.in_bulk(pks)
    entries = []
    for entry in found:
        repo = repos.get(entry.repo_id or 0) if entry.held else None
        pin = heads.get(repo.pk) if repo else None
        if repo and pin:
            tree = tree_of(pin) if with_siblings else None
            known = describe.facts(repo, pin.commit, sheet_of(pin), tree)
            known["downloads"] = max(known["downloads"], entry.downloads)
        else:
            known = describe.listed(entry)
        entries.append(describe.chosen(known | {"trendingScore": entry.shown_trending}, names))
    return entries


def _names(query: Query, kind: RepoKind) -> set[str]:
    # The score is told where it decides the order, also to those who did not ask for it.
    score = {"trendingScore"} if query.get("sort", "trendingScore") in ("trendingScore", "trending_score") else set()
    if expand := query.all("expand"):
        return {*expand, *score}
    names = set(describe.LISTED[kind].split()) | score
    if query.flag("full"):
        names |= set(describe.LISTED_IN_FULL.split())
    return names | {name for name in ("config", "cardData") if query.flag(name)}


def tags_by_type(asked: Asked, kind: RepoKind) -> HttpResponse:
    """The tags of what is held, by type, each with its id, label and type; `?type=` picks one."""
    found: dict[str, set[str]] = defaultdict(set)
    for pipeline, library, tags in tags_in_use(kind):
        if pipeline:
            found["pipeline_tag"].add(pipeline)
        if library:
            found["library"].add(library)
        for tag in tags:
            if tag not in (pipeline, library):
                found[_type_of(str(tag), kind)].add(str(tag))
    wanted = asked.query.get("type")
    told = {
        name: [{"id": tag, "label": tag.partition(":")[2] or tag, "type": name} for tag in sorted(tags)]
        for name, tags in sorted(found.items())
        if wanted in ("", name)
    }
    return json_answer(told)


def _type_of(tag: str, kind: RepoKind) -> str:
    prefix, colon, _ = tag.partition(":")
    if colon:
        return prefix if prefix in _TAG_TYPES or kind is RepoKind.DATASET else "other"
    return "language" if _LANGUAGE.fullmatch(tag) else "other"
