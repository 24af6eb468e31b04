"""What a tokenizer.json and a tokenizer_config.json say, in a few lines: vocabularies have hundreds of thousands."""

import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from hub.catalog.previews.reading import Unreadable

MOST_BYTES = 40_000_000
FIRST = 40
"""Tokens that are shown."""

_one_at_a_time = Lock()
"""A vocabulary takes ten times its size while it is parsed."""


@dataclass(frozen=True, slots=True)
class AddedToken:
    id: int
    text: str
    special: bool


@dataclass(frozen=True)
class Tokenizer:
    """`first` are (id, token) from the lowest id on; `parts` name what works before and after the model."""

    type: str
    vocabulary: int
    merges: int
    added: tuple[AddedToken, ...]
    first: tuple[tuple[int, str], ...]
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChatTemplate:
    """`name` is "" for the only one."""

    name: str
    text: str


@dataclass(frozen=True)
class TokenizerConfig:
    """`settings` are (name, value) of what is a plain value."""

    tokenizer_class: str
    templates: tuple[ChatTemplate, ...]
    settings: tuple[tuple[str, str], ...]


def read_tokenizer(data: bytes) -> Tokenizer:
    """Raises Unreadable where it is no tokenizer.json."""
    with _one_at_a_time:
        told = _object(data)
        model = told.get("model") if isinstance(told.get("model"), dict) else None
        if model is None:
            raise Unreadable("the file describes no tokenizer", "look at it as JSON, or download it")
        return _summary(told, model)


def read_config(data: bytes) -> TokenizerConfig:
    """Raises Unreadable where it is no JSON object."""
    told = _object(data)
    templates = told.get("chat_template")
    found: list[ChatTemplate] = []
    if isinstance(templates, str):
        found = [ChatTemplate("", templates)]
    elif isinstance(templates, list):
        named = [one for one in templates[:20] if isinstance(one, dict) and isinstance(one.get("template"), str)]
        found = [ChatTemplate(str(one.get("name", ""))[:100], one["template"]) for one in named]
    plain = ((name, _plain(value)) for name, value in list(told.items())[:200] if name != "chat_template")
    settings = tuple((name[:100], text[:500]) for name, text in plain if text)
    return TokenizerConfig(str(told.get("tokenizer_class") or "")[:100], tuple(found), settings)


def _object(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("the file is no JSON", "look at it as text, or download it") from None
    if not isinstance(told, dict):
        raise Unreadable("the file describes no tokenizer", "look at it as JSON, or download it")
    return told


def _summary(told: dict[str, Any], model: dict[str, Any]) -> Tokenizer:
    vocabulary = model.get("vocab")
    merges = model.get("merges")
    names = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
    return Tokenizer(
        type=str(model.get("type") or "not stated")[:100],
        vocabulary=len(vocabulary) if isinstance(vocabulary, dict | list) else 0,
        merges=len(merges) if isinstance(merges, list) else 0,
        added=tuple(_added(told.get("added_tokens")))[:2000],
        first=tuple(_first(vocabulary)),
        parts=tuple((name, kind) for name in names if (kind := _type_of(told.get(name)))),
    )


def _added(tokens: Any) -> Iterable[AddedToken]:
    for one in tokens if isinstance(tokens, list) else []:
        if isinstance(one, dict) and isinstance(one.get("id"), int) and isinstance(one.get("content"), str):
            yield AddedToken(one["id"], one["content"][:200], one.get("special") is True)


def _first(vocabulary: Any) -> list[tuple[int, str]]:
    """Of a mapping from token to id, or of a list of [token, score] in the order of the ids."""
    if isinstance(vocabulary, dict):
        numbered = ((number, text) for text, number in vocabulary.items() if isinstance(number, int))
        return [(number, text[:200]) for number, text in heapq.nsmallest(FIRST, numbered)]
    if isinstance(vocabulary, list):
        named = ((number, one[0] if isinstance(one, list) and one else one) for number, one in enumerate(vocabulary))
        return [(number, text[:200]) for number, text in list(_up_to(named, FIRST)) if isinstance(text, str)]
    return []


def _up_to(items: Iterable[tuple[int, Any]], most: int) -> Iterable[tuple[int, Any]]:
    for number, item in items:
        if number >= most:
            return
        yield number, item


def _type_of(part: Any) -> str:
    """`Sequence` names what it is made of."""
    if not isinstance(part, dict):
        return ""
    inner: Any = next(
        (part[key] for key in ("normalizers", "pretokenizers", "processors", "decoders") if key in part), []
    )
    if isinstance(inner, list) and inner:
        return " → ".join(str(one.get("type", "?"))[:60] for one in inner[:10] if isinstance(one, dict))
    return str(part.get("type") or "")[:60]


def _plain(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("content"), str):
        return str(value["content"])
    return str(value) if isinstance(value, str | int | float) else ""
