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
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Without:
    """Has none of it. Only inside an Every that demands something too."""

    part: "Condition"


Condition = Has | Every | Some | Without


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
            # What excludes comes last: it would be read first otherwise.
            return f"({' & '.join(tsquery(part) for part in _in_order(parts))})"
        case Some(parts):
            return f"({' | '.join(tsquery(part) for part in parts)})"
        case Without(part):
            return f"!{tsquery(part)}"


def fts5(condition: Condition) -> str:
    """As an FTS5 expression."""
    match condition:
        case Has(word, is_prefix):
            quoted = word.replace('"', '""')
            return f'"{quoted}"{"*" if is_prefix else ""}'
        case Every(parts):
            wanted = " AND ".join(fts5(part) for part in parts if not isinstance(part, Without))
            unwanted = "".join(f" NOT {fts5(part.part)}" for part in parts if isinstance(part, Without))
            return f"(({wanted}){unwanted})"
        case Some(parts):
            return f"({' OR '.join(fts5(part) for part in parts)})"
        case Without():
            raise ValueError("FTS5 excludes from something only")


def words_in(condition: Condition) -> set[str]:
    """Every word it names."""
    match condition:
        case Has(word):
            return {word}
        case Every(parts) | Some(parts):
            return {word for part in parts for word in words_in(part)}
        case Without(part):
            return words_in(part)


def _in_order(parts: tuple[Condition, ...]) -> list[Condition]:
    return sorted(parts, key=lambda part: isinstance(part, Without))
