"""The list of all repos, page by page, from `GET /openapi/v1/models?…` and `/openapi/v1/datasets?…`.

No order of it goes deeper than WINDOW repos. A slice that is larger is read in every order that upstream knows, one
after the other: what is among the first of none of them cannot be listed, and the last page says so.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hub.errors import BadInput, UpstreamBroken
from hub.names import RepoKind
from hub.upstreams.asking import Asker
from hub.upstreams.listed import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Odd,
    id_in,
    line_in,
    named,
    page_of,
    time_in,
    whole_in,
    word_in,
    words_in,
)
from hub.upstreams.modelscope.addresses import Addresses
from hub.upstreams.modelscope.facts import BEHIND_A_GATE, PRIVATE, PUBLIC, licence_of, moment, names_of
from hub.upstreams.protocol import ListedRepo, ListingPage, Slice
from hub.upstreams.question import Question
from hub.upstreams.told import text_of

PAGE = 50
WINDOW = 3000
ORDERS = ("last_modified", "downloads", "likes", "default")
ROWS = {RepoKind.MODEL: "models", RepoKind.DATASET: "datasets"}

_CURSOR = re.compile(rf"({'|'.join(ORDERS)}):([1-9][0-9]{{0,3}}):([0-9]{{1,9}})")
_FILTERS = ("library", "license")


@dataclass(frozen=True)
class _Place:
    """A page in one of the orders; `total` is what the page before announced."""

    order: str = ORDERS[0]
    number: int = 1
    total: int = 0

    @classmethod
    def parse(cls, cursor: str) -> "_Place":
        """Raises BadInput for a cursor that no page gave."""
        if not cursor:
            return cls()
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise BadInput(f"{cursor[:40]!r} is no place in a listing of ModelScope", "start the listing again")
        return cls(found[1], int(found[2]), int(found[3]))

    def __str__(self) -> str:
        return f"{self.order}:{self.number}:{self.total}"


@dataclass(frozen=True)
class Roll:
    """Lists the repos of one upstream."""

    asker: Asker
    addresses: Addresses
    question: Question

    def read(self, part: Slice, cursor: str) -> ListingPage:
        """One page. Raises UpstreamBroken for what is no list, BadInput for a cursor that no page gave."""
        place = _Place.parse(cursor)
        rows, total = self._rows(part, place)
        if place.number > 1 and total < place.total:
            # Something went away meanwhile: what stood first on this page has moved to the end of the one before.
            rows = self._rows(part, replace(place, number=place.number - 1))[0] + rows
        following, cut_off = self._following(part, place, total)
        page = page_of(rows, lambda row: _wanted(part, repo_of(part.kind, row)), part, following)
        # In the other orders, a repo that is old says nothing about those behind it.
        return replace(page, cut_off="" if page.next else cut_off)

    def _following(self, part: Slice, place: _Place, total: int) -> tuple[str, str]:
        """The next place, and why there is more than can be listed."""
        reached = place.number * PAGE
        if reached < min(total, WINDOW):
            return str(_Place(place.order, place.number + 1, total)), ""
        if total <= WINDOW:
            return "", ""
        index = ORDERS.index(place.order) + 1
        if index < len(ORDERS) and part.since is None:
            return str(_Place(ORDERS[index])), ""
        return "", (
            f"{self.question.name} lists the first {WINDOW:,} of these {total:,} {part.kind.plural} in each order, and"
            " no more: index fewer at a time, by authors or tasks"
        )

    def _rows(self, part: Slice, place: _Place) -> tuple[list[Any], int]:
        asked = {"page_number": str(place.number), "page_size": str(PAGE), "sort": place.order, **dict(_asked(part))}
        data = self.asker.ask(self.addresses.roll(part.kind, asked), self.question).data.get("data")
        rows = data.get(ROWS[part.kind]) if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(rows, list):
            raise UpstreamBroken(f"{self.question.name} gave no list of its {part.kind.plural}")
        total = whole_in(data.get("total_count"))
        if not rows and (place.number - 1) * PAGE < min(total, WINDOW):
            raise UpstreamBroken(f"{self.question.name} announces {total:,} {part.kind.plural} and gave an empty page")
        return rows, total


def _asked(part: Slice) -> Iterator[tuple[str, str]]:
    yield from named([("owner", part.author), ("search", part.search), ("filter.task", part.task)])
    key, colon, value = part.tag.partition(":")
    if colon and key in _FILTERS:
        yield f"filter.{key}", value


def _wanted(part: Slice, repo: ListedRepo) -> ListedRepo | None:
    """Upstream has no filter by tag, and a hub that does not know a filter lists everything."""
    key, colon, _ = part.tag.partition(":")
    by_upstream = bool(colon) and key in _FILTERS
    if part.tag and not by_upstream and part.tag.lower() not in {tag.lower() for tag in repo.tags}:
        return None
    if part.author and repo.repo_id.namespace.lower() != part.author.lower():
        return None
    return repo


def repo_of(kind: RepoKind, data: Any) -> ListedRepo:
    """An entry of a listing: of /openapi/v1, or of /api/v1 and the website, which write their keys in capitals.

    Raises Odd for one that names no repo, or one that is not for everybody.
    """
    if not isinstance(data, dict):
        raise Odd("an entry is no object")
    gated = data.get("gated") is True or (
        data.get("ProtectedMode") == BEHIND_A_GATE and data.get("Visibility") == PRIVATE
    )
    is_public = data.get("private") is not True and data.get("visibility") != "private"
    if not gated and not (is_public and data.get("Visibility", PUBLIC) == PUBLIC):
        raise Odd("it is private")

    def told(*keys: str) -> Any:
        return next((data[key] for key in keys if data.get(key)), None)

    tags = words_in(list(names_of(told("tags", "Tags"))))
    return ListedRepo(
        kind=kind,
        repo_id=id_in(_id_of(data)),
        title=line_in(told("ChineseName", "display_name"), LONGEST_TITLE),
        summary=line_in(told("description", "Description"), LONGEST_SUMMARY),
        task=word_in(next(iter(names_of(told("tasks", "Tasks"))), "")),
        library=word_in(next(iter(names_of(told("libraries", "Libraries"))), "")),
        licence=word_in(licence_of(told("license", "License"))),
        languages=words_in(told("languages", "language", "Language")),
        tags=tags,
        base_models=words_in(told("base_model", "BaseModel")),
        gated="manual" if gated else "",
        parameters=whole_in(told("params")),
        bytes=whole_in(told("file_size", "StorageSize")),
        downloads=whole_in(told("downloads", "Downloads")),
        likes=whole_in(told("likes", "Likes", "Stars")),
        created_at=time_in(moment(told("created_at", "CreatedTime"))),
        updated_at=time_in(moment(told("last_modified", "LastUpdatedTime"))),
    )


def _id_of(data: dict[str, Any]) -> str:
    """The website's list names the repo by its parts, and again in the settings of its backend."""
    if "/" in text_of(data.get("id")):
        return text_of(data["id"])
    owner, name = text_of(data.get("Path")) or text_of(data.get("Namespace")), text_of(data.get("Name"))
    if owner and name:
        return f"{owner}/{name}"
    settings = data.get("BackendSupport")
    try:
        settings = json.loads(settings) if isinstance(settings, str) else settings
    except (ValueError, RecursionError):
        settings = None
    found = text_of(settings.get("model_id")) if isinstance(settings, dict) else ""
    if "/" not in found:
        raise Odd("an entry names no repo")
    return found
