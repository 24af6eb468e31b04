"""The orders of a search, and the place in one where a page ends."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from hub.errors import BadInput
from hub.index.query import Sort

Place = tuple[Any, int]
"""The value that decides the order, and the id of the entry."""

_COLUMNS: Mapping[Sort, str] = {
    Sort.RELEVANCE: "e.popularity",
    Sort.DOWNLOADS: "e.downloads",
    Sort.LIKES: "e.likes",
    Sort.SIZE: "e.bytes",
    Sort.TRENDING: "e.trending",
    Sort.UPDATED: "e.updated_at",
    Sort.CREATED: "e.created_at",
}
_DATES = (Sort.UPDATED, Sort.CREATED)


@dataclass(frozen=True)
class Order:
    """What entries are ordered by. `column` is indexed together with the id."""

    sort: Sort
    ascending: bool = False

    @property
    def column(self) -> str:
        """In SQL, of the table `e`, just as the index of that order has it."""
        column = _COLUMNS[self.sort]
        if self.sort not in _DATES:
            return column
        if connection.vendor == "postgresql":
            return f"COALESCE({column}, '1970-01-01 00:00:00+00:00'::timestamptz)"
        return f"COALESCE({column}, '1970-01-01 00:00:00')"

    @property
    def value(self) -> str:
        """The placeholder of a value of that column."""
        return "%s::timestamptz" if self.sort in _DATES and connection.vendor == "postgresql" else "%s"

    @property
    def direction(self) -> str:
        return "ASC" if self.ascending else "DESC"

    @property
    def sign(self) -> str:
        """Whatever is behind a place compares so to it."""
        return ">" if self.ascending else "<"

    def sorted(self, places: Mapping[int, Any]) -> list[Place]:
        """(value, id) of every id, the first first."""
        return sorted(((value, pk) for pk, value in places.items()), reverse=not self.ascending)

    def text_of(self, place: Place) -> str:
        """The place as people are handed it."""
        value = str(place[0]) if isinstance(place[0], datetime) else place[0]
        return base64.urlsafe_b64encode(json.dumps([self.sort, value, place[1]]).encode()).decode().rstrip("=")

    def place_of(self, text: str) -> Place | None:
        """None for "". Raises BadInput for what is no place in this order."""
        if not text:
            return None
        try:
            sort, value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return (self._checked(value), int(pk)) if sort == self.sort and 0 <= int(pk) < 1 << 62 else _refused()
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
            raise _wrong() from error

    def _checked(self, value: object) -> object:
        if self.sort in _DATES:
            datetime.fromisoformat(str(value))
            return str(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e18:
            raise ValueError("no number")
        return value


def _refused() -> Place:
    raise _wrong()


def _wrong() -> BadInput:
    return BadInput("the cursor is from another search", "ask for the first page, without a cursor")
