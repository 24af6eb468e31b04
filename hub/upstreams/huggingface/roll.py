"""The list of all repos, page by page, from the JSON of `GET /api/models?…` and `/api/datasets?…`."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hub.errors import UpstreamBroken
from hub.names import RepoKind, is_commit
from hub.upstreams.asking import Asker
from hub.upstreams.huggingface.facts import base_models_of, gated_of, licence_of, moment
from hub.upstreams.huggingface.tree import next_query
from hub.upstreams.languages import languages_among
from hub.upstreams.listed import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Odd,
    id_in,
    line_in,
    named,
    page_of,
    score_in,
    time_in,
    whole_in,
    word_in,
    words_in,
)
from hub.upstreams.protocol import ListedRepo, ListingPage, Slice
from hub.upstreams.question import Question
from hub.upstreams.told import text_of

PAGE = 500
"""Half of what the hub allows: with the metadata of their cards, pages of 1,000 take it long."""
LONGEST_CURSOR = 4000

_OF_BOTH = (
    "author cardData createdAt disabled downloads gated lastModified likes private sha tags trendingScore usedStorage"
)
EXPAND = {
    RepoKind.MODEL: f"{_OF_BOTH} library_name pipeline_tag safetensors".split(),
    RepoKind.DATASET: f"{_OF_BOTH} description".split(),
}
"""The hub refuses what a kind does not have."""


def read_roll(asker: Asker, url: str, part: Slice, cursor: str, question: Question) -> ListingPage:
    """One page, what changed last first. Raises UpstreamBroken for what is no list, or a next page that leads nowhere.

    Of the address of the next page only the cursor is kept, so that it stays on the upstream's own host.
    """
    query = urlencode([*_asked(part), *named([("cursor", cursor)])])
    told = asker.ask(f"{url}?{query}", question)
    if not isinstance(told.data, list):
        raise UpstreamBroken(f"{question.name} gave no list of its {part.kind.plural}")
    query = next_query(told.link, "", question)
    following = dict(parse_qsl(query)).get("cursor", "")
    if query and (following in ("", cursor) or len(following) > LONGEST_CURSOR):
        raise UpstreamBroken(f"{question.name} names a next page of its {part.kind.plural} that leads nowhere")
    return page_of(told.data, lambda entry: repo_of(part.kind, entry), part, following)


def _asked(part: Slice) -> Iterator[tuple[str, str]]:
    tags = [part.tag]
    if part.kind is RepoKind.DATASET and part.task:
        tags.append(f"task_categories:{part.task}")
    yield from named([("search", part.search), ("author", part.author), *(("filter", tag) for tag in tags)])
    if part.kind is RepoKind.MODEL:
        yield from named([("pipeline_tag", part.task)])
    yield from (("sort", "lastModified"), ("direction", "-1"), ("limit", str(PAGE)))
    yield from (("expand[]", field) for field in EXPAND[part.kind])


def repo_of(kind: RepoKind, data: Any) -> ListedRepo:
    """An entry of a listing, of any age and with any of its fields missing. Raises Odd for one that names no repo, or
    one that is not for everybody: what the token alone may see is nothing to show to all."""
    if not isinstance(data, dict):
        raise Odd("an entry is no object")
    if data.get("private") is True or data.get("disabled") is True:
        raise Odd("it is private, or switched off")
    card = data["cardData"] if isinstance(data.get("cardData"), dict) else {}
    tags = words_in(data.get("tags"))
    commit = text_of(data.get("sha"))
    return ListedRepo(
        kind=kind,
        repo_id=id_in(data.get("id") or data.get("modelId")),
        title=line_in(card.get("pretty_name") or card.get("model_name"), LONGEST_TITLE),
        summary=line_in(data.get("description"), LONGEST_SUMMARY),
        task=word_in(data.get("pipeline_tag") or card.get("pipeline_tag")) or _task_of(tags),
        library=word_in(data.get("library_name") or card.get("library_name")),
        licence=word_in(licence_of(card, tags)),
        languages=words_in(card.get("language")) or languages_among(tags),
        tags=tags,
        base_models=words_in(list(base_models_of(card, tags))),
        gated=gated_of(data.get("gated")),
        parameters=_total(data.get("safetensors")) or _total(data.get("gguf")),
        bytes=whole_in(data.get("usedStorage")) or whole_in(data.get("mainSize")),
        downloads=whole_in(data.get("downloads")),
        likes=whole_in(data.get("likes")),
        trending=score_in(data.get("trendingScore")),
        created_at=time_in(moment(data.get("createdAt"))),
        updated_at=time_in(moment(data.get("lastModified"))),
        commit=commit if is_commit(commit) else "",
    )


def _task_of(tags: tuple[str, ...]) -> str:
    """Datasets tell theirs as tags."""
    return next((tag.partition(":")[2] for tag in tags if tag.startswith("task_categories:")), "")


def _total(value: Any) -> int:
    return whole_in(value.get("total")) if isinstance(value, dict) else 0
