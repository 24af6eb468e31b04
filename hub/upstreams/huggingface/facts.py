"""A repo's facts, from the JSON of `GET /api/models/{id}`.

The library's ModelInfo is not used: it raises for fields of other types than it expects, and we keep the JSON itself,
because our own answers are made from it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.errors import BadName, UpstreamBroken
from hub.names import RepoId, RepoKind, is_commit
from hub.upstreams.protocol import RepoInfo
from hub.upstreams.told import clean, count_of, text_of, texts_of


def repo_info(name: str, kind: RepoKind, asked: RepoId, data: Any) -> RepoInfo:
    """Raises UpstreamBroken where the answer has no usable id or commit; every other field may be missing or odd."""
    if not isinstance(data, dict):
        raise UpstreamBroken(f"{name} told nothing about {asked} that is a repo")
    raw = _kept(data)
    tags = texts_of(raw.get("tags"))
    card = raw.get("cardData") if isinstance(raw.get("cardData"), dict) else {}
    commit = text_of(raw.get("sha"))
    if not is_commit(commit):
        raise UpstreamBroken(f"{name} named no commit for {asked}")
    return RepoInfo(
        kind=kind,
        repo_id=_repo_id(name, asked, raw),
        commit=commit,
        licence=licence_of(card or {}, tags),
        # Another Entrepot serves what it holds without asking, and tells the first upstream's word beside it.
        gated=gated_of(raw.get("gated") or raw.get("upstreamGated")),
        private=raw.get("private") is True,
        disabled=raw.get("disabled") is True,
        tags=tags,
        pipeline_tag=text_of(raw.get("pipeline_tag")),
        library_name=text_of(raw.get("library_name")),
        base_models=base_models_of(card or {}, tags),
        created_at=moment(raw.get("createdAt")),
        last_modified=moment(raw.get("lastModified")),
        downloads=count_of(raw.get("downloads")),
        likes=count_of(raw.get("likes")),
        raw=raw,
    )


def licence_of(card: Mapping[str, Any], tags: tuple[str, ...]) -> str:
    """The card's licence, by its own name where the card says "other"; else that of the tags; several with commas."""
    licences = texts_of(card.get("license"))
    if tuple(text.lower() for text in licences) == ("other",):
        return text_of(card.get("license_name")) or "other"
    return ", ".join(licences or [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")])


def moment(value: Any) -> datetime | None:
    """A time as hubs write it; None for anything else, also for a time without a zone."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _kept(data: dict[str, Any]) -> dict[str, Any]:
    """Without siblings (the tree has them) and without the hints that lead clients past us to the xet storage."""
    kept = {key: one for key, one in data.items() if key != "siblings" and not key.lower().startswith("xet")}
    return dict(clean(kept))


def _repo_id(name: str, asked: RepoId, raw: dict[str, Any]) -> RepoId:
    try:
        return RepoId.parse(text_of(raw.get("id")) or text_of(raw.get("modelId")) or str(asked))
    except BadName as error:
        raise UpstreamBroken(f"{name} calls {asked} by a name that cannot be: {error.sentence}") from None


def gated_of(value: Any) -> str:
    """ "" where everybody may read, else "auto" or "manual"."""
    if not value:
        return ""
    return value if value in ("auto", "manual") else "manual"


def base_models_of(card: Mapping[str, Any], tags: tuple[str, ...]) -> tuple[str, ...]:
    """The card's, else those of the tags `base_model:org/name`; `base_model:finetune:org/name` says it twice."""
    named = [tag.removeprefix("base_model:") for tag in tags if tag.startswith("base_model:") and tag.count(":") == 1]
    return texts_of(card.get("base_model")) or tuple(named)
