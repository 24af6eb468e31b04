"""A repo's facts, from `Data` of `GET /api/v1/models/{id}`, which names no commit."""

from datetime import UTC, datetime
from typing import Any

from hub.errors import BadName, UpstreamBroken
from hub.names import RepoId, RepoKind
from hub.upstreams.protocol import RepoInfo
from hub.upstreams.told import clean, count_of, text_of, texts_of

DEFAULT_REF = "master"
"""Every repo has it, and every client asks for it unless told otherwise."""

PRIVATE, PUBLIC = 1, 5
BEHIND_A_GATE = 1

LICENCES = {
    "apache license 2.0": "apache-2.0",
    "apache 2.0": "apache-2.0",
    "mit license": "mit",
    "gpl-2.0": "gpl-2.0",
    "gpl-3.0": "gpl-3.0",
    "bsd 3-clause": "bsd-3-clause",
    "cc by 4.0": "cc-by-4.0",
    "cc-by-nc 4.0": "cc-by-nc-4.0",
    "creative commons attribution 4.0": "cc-by-4.0",
}
"""Older repos write licences out; rules know them by their short names."""

_MILLISECONDS = 10**11
"""More than this is no time in seconds before the year 5138."""


def repo_info(kind: RepoKind, own: RepoId, data: dict[str, Any], commit: str) -> RepoInfo:
    """`own` is upstream's spelling of the id; every other field may be missing or odd."""
    raw = _kept(data)
    gated = raw.get("ProtectedMode") == BEHIND_A_GATE and raw.get("Visibility") == PRIVATE
    return RepoInfo(
        kind=kind,
        repo_id=own,
        commit=commit,
        licence=licence_of(raw.get("License")),
        gated="manual" if gated else "",
        private=not gated and raw.get("Visibility", PUBLIC) != PUBLIC,
        tags=names_of(raw.get("Tags")),
        pipeline_tag=next(iter(names_of(raw.get("Tasks"))), ""),
        library_name=next(iter(names_of(raw.get("Libraries"))), ""),
        base_models=texts_of(raw.get("BaseModel")),
        created_at=moment(raw.get("CreatedTime")),
        last_modified=moment(raw.get("LastUpdatedTime")),
        downloads=count_of(raw.get("Downloads")),
        likes=count_of(raw.get("Stars")) or count_of(raw.get("Likes")),
        default_ref=DEFAULT_REF,
        raw=raw,
    )


def own_spelling(name: str, asked: RepoId, data: Any) -> RepoId:
    """Upstream's own: scripts ask for `qwen/…` where the owner is `Qwen`.

    Raises UpstreamBroken where the answer is no repo, or names one that cannot be.
    """
    if not isinstance(data, dict) or not data:
        raise UpstreamBroken(f"{name} told nothing about {asked} that is a repo")
    owner, own = text_of(data.get("Path")) or text_of(data.get("Namespace")), text_of(data.get("Name"))
    if not owner or not own:
        return asked
    try:
        return RepoId.parse(f"{owner}/{own}")
    except BadName as error:
        raise UpstreamBroken(f"{name} calls {asked} by a name that cannot be: {error.sentence}") from None


def licence_of(value: Any) -> str:
    words = texts_of(value)
    return ", ".join(LICENCES.get(text.lower(), text) for text in words)


def moment(value: Any) -> datetime | None:
    """A time in seconds, in milliseconds or in ISO form with a zone; None for anything else."""
    if isinstance(value, str) and not value.isdecimal():
        return _written(value)
    try:
        seconds = float(value)
        found = datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return found if seconds > 0 else None


def _written(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _kept(data: dict[str, Any]) -> dict[str, Any]:
    """Without the model card, which is README.md of the commit."""
    return dict(clean({key: one for key, one in data.items() if key != "ReadMeContent"}))


def names_of(value: Any) -> tuple[str, ...]:
    """Texts, or the names of objects, as tags and tasks are told."""
    many = value if isinstance(value, list) else [value]
    return texts_of([one.get("Name") if isinstance(one, dict) else one for one in many])
