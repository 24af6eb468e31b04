"""Entries of a tree that nobody takes on trust: paths, sizes, and each path once."""

from typing import Any

from hub.errors import UpstreamBroken
from hub.names import parse_path
from hub.upstreams.question import Question

MOST_ENTRIES = 1_000_000
LARGEST_SIZE = 1 << 50


def path_in(value: Any) -> str:
    """Raises TypeError or BadName."""
    if not isinstance(value, str):
        raise TypeError("a path is not a text")
    return parse_path(value)


def size_in(value: Any) -> int:
    """Raises ValueError."""
    if type(value) is not int or not 0 <= value <= LARGEST_SIZE:
        raise ValueError(f"{str(value)[:40]!r} is not a size")
    return value


class Seen:
    """The paths of one tree as they come."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._paths: set[str] = set()

    def note(self, path: str) -> None:
        """Raises UpstreamBroken for a path that came before, and for a tree without end."""
        question = self._question
        if path in self._paths:
            raise UpstreamBroken(f"{question.name} lists {path!r} of {question.what} twice")
        self._paths.add(path)
        if len(self._paths) > MOST_ENTRIES:
            raise UpstreamBroken(f"{question.name} lists more than {MOST_ENTRIES:,} files of {question.what}")
