"""`/api/{models|datasets|spaces}` and the tags in use: what this hub holds, not what is out there."""

import re
from collections import defaultdict
from typing import Any

from django.http import HttpResponse

from hub.catalog.models import Repo
from hub.catalog.search import Page, Search, Sort, head_pins, search, tags_in_use
from hub.catalog.shelves import sheet_of
from hub.catalog.trees import tree_of
from hub.dialects.answers import json_answer
from hub.dialects.asked import Query
from hub.dialects.huggingface import describe
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.repos import cursor_of, next_link, read_cursor
from hub.names import RepoKind

PAGE = 1000
PAGE_WITH_SIBLINGS = 100

_SORTS = {
    "downloads": Sort.DOWNLOADS,
    "likes": Sort.LIKES,
    "likes30d": Sort.LIKES,
    "createdAt": Sort.CREATED,
    "created_at": Sort.CREATED,
    "lastModified": Sort.MODIFIED,
    "last_modified": Sort.MODIFIED,
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
    if _asks_for_the_impossible(query):
        return json_answer([])
    page = search(_wish(query, kind), limit, _after(query))
    headers = {"Link": next_link(asked, "cursor", cursor_of(page.after))} if page.after else {}
    return json_answer(_entries(query, kind, page, with_siblings), headers=headers)


def _asks_for_the_impossible(query: Query) -> bool:
    """Nothing that is held asks before it hands out bytes, and nothing runs here."""
    return query.flag("gated") or bool(query.all("inference") or query.all("inference_provider"))


def _wish(query: Query, kind: RepoKind) -> Search:
    filters = [part.strip() for value in (*query.all("filter"), *query.all("tags")) for part in value.split(",")]
    return Search(
        kind,
        words=query.all("search"),
        authors=query.all("author"),
        tags=[tag for tag in filters if tag],
        pipeline_tag=query.get("pipeline_tag"),
        parameters=_parameters(query.get("num_parameters")),
        sort=_SORTS.get(query.get("sort"), Sort.TRENDING),
        ascending=query.get("direction") == "1",
    )


def _parameters(text: str) -> tuple[float, float] | None:
    """`min:6B,max:128B`"""
    bounds = {name.lower(): float(number) * _SCALE[scale.upper()] for name, number, scale in _BOUND.findall(text)}
    return (bounds.get("min", 0.0), bounds.get("max", float("inf"))) if bounds else None


def _after(query: Query) -> list[Any] | None:
    place = read_cursor(query.get("cursor"))
    is_place = isinstance(place, list) and len(place) == 3 and isinstance(place[0], int | float)
    return place if is_place and isinstance(place[2], int) else None


def _entries(query: Query, kind: RepoKind, page: Page, with_siblings: bool) -> list[dict[str, Any]]:
    names = _names(query, kind)
    pks = [hit.pk for hit in page.hits]
    heads = head_pins(pks)
    repos = Repo.objects.in_bulk(pks)
    entries = []
    for pk in pks:
        if pk not in heads or pk not in repos:
            continue
        pin = heads[pk]
        tree = tree_of(pin) if with_siblings else None
        known = describe.facts(repos[pk], pin.commit, sheet_of(pin), tree)
        entries.append(describe.chosen(known | {"trendingScore": page.trending.get(pk, 0)}, names))
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
