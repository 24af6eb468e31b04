"""Conditions over the words of an entry, and how each database is asked for them.

The words come from `hub.index.words` alone, never from a query language that somebody typed; they are quoted here
all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Has:
    """The entry has this very word, or one that begins with it."""

    word: str
    is_prefix: bool = False


@dataclass(frozen=True)
class Every:
    """All of it. `is_word`: pieces of one word, which hardly ever occur without each other."""

    parts: tuple["Condition", ...]
    is_word: bool = False


@dataclass(frozen=True)
class Some:
    parts: tuple["Condition", ...]


Condition = Has | Every | Some


def every(parts: Iterable[Condition | None]) -> Condition | None:
    """All of what is there; None where nothing is."""
    there = tuple(part for part in parts if part is not None)
    return there[0] if len(there) == 1 else Every(there) if there else None


def some(parts: Iterable[Condition]) -> Condition:
    there = tuple(dict.fromkeys(parts))
    return there[0] if len(there) == 1 else Some(there)


def tsquery(condition: Condition) -> str:
    """As text for a cast to tsquery."""
    match condition:
        case Has(word, is_prefix):
            quoted = word.replace("\\", "\\\\").replace("'", "''")
            return f"'{quoted}'{':*' if is_prefix else ''}"
        case Every(parts):
            return f"({' & '.join(tsquery(part) for part in parts)})"
        case Some(parts):
            return f"({' | '.join(tsquery(part) for part in parts)})"


def fts5(condition: Condition) -> str:
    """As an FTS5 expression."""
    match condition:
        case Has(word, is_prefix):
            quoted = word.replace('"', '""')
            return f'"{quoted}"{"*" if is_prefix else ""}'
        case Every(parts):
            return f"({' AND '.join(fts5(part) for part in parts)})"
        case Some(parts):
            return f"({' OR '.join(fts5(part) for part in parts)})"


def words_in(condition: Condition) -> set[str]:
    """Every word it names."""
    match condition:
        case Has(word):
            return {word}
        case Every(parts) | Some(parts):
            return {word for part in parts for word in words_in(part)}


def without(condition: Condition, way: Condition) -> Condition:
    """The same, but that one way to meet it counts no more."""
    match condition:
        case Some(parts) if way in parts:
            return some(part for part in parts if part != way)
        case Every(parts, is_word):
            return Every(tuple(without(part, way) for part in parts), is_word)
        case _:
            return condition


def demands(condition: Condition | None) -> list[Condition]:
    """What has to be met, each for itself."""
    if not isinstance(condition, Every):
        return [condition] if condition else []
    return [demand for part in condition.parts for demand in demands(part)]


def is_open(condition: Condition) -> bool:
    """It asks for the beginning of a word somewhere."""
    match condition:
        case Has(_, is_prefix):
            return is_prefix
        case Every(parts) | Some(parts):
            return any(map(is_open, parts))
