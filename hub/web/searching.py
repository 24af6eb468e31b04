"""What a person searches for, as it stands in the address: `?q=chinese+embedding&task=feature-extraction&held=yes`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from hub.errors import BadName
from hub.index.query import SIZE_CLASSES, Query, Sort
from hub.names import RepoId, RepoKind

FILTERS = ("held", "kind", "upstream", "task", "library", "licence", "language", "size", "gated", "author", "tag")
"""Filters in the order of an address. All but the last two are counted as facets too."""
LONGEST = 200
MOST_VALUES = 20
"""Of one filter; more is nothing that a person has ticked."""
YES, NO = "yes", "no"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True)
class Asked:
    """`chosen` are the values of each filter, without those that nothing can have."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    sort: Sort = Sort.RELEVANCE

    @classmethod
    def of(cls, fields: QueryDict) -> "Asked":
        """Anything that makes no sense is left out: an address may be years old, or typed by hand."""
        chosen = {name: values for name in FILTERS if (values := _values(name, fields.getlist(name)))}
        sort = fields.get("sort", "")
        return cls(_plain(fields.get("q", "")), chosen, Sort(sort) if sort in _SORTS else Sort.RELEVANCE)

    @property
    def is_blank(self) -> bool:
        return not self.text and not self.chosen

    @property
    def query(self) -> Query:
        chosen = self.chosen
        return Query(
            text=self.text,
            kinds=[RepoKind(value) for value in chosen.get("kind", ())],
            upstreams=chosen.get("upstream", ()),
            authors=chosen.get("author", ()),
            tasks=chosen.get("task", ()),
            libraries=chosen.get("library", ()),
            licences=chosen.get("licence", ()),
            languages=chosen.get("language", ()),
            sizes=chosen.get("size", ()),
            tags=chosen.get("tag", ()),
            held=_either(chosen.get("held", ())),
            gated=_either(chosen.get("gated", ())),
            sort=self.sort,
        )

    @property
    def address(self) -> str:
        """The page that shows this, always written the same way."""
        return self._address()

    def after(self, place: str, typed: bool = False) -> str:
        """The address of what comes behind `place`; `typed` is kept where the text was found half written."""
        return self._address(("after", place), *([("typed", "1")] if typed else []))

    def without(self, name: str, value: str) -> "Asked":
        left = {key: tuple(one for one in values if (key, one) != (name, value)) for key, values in self.chosen.items()}
        return replace(self, chosen={key: values for key, values in left.items() if values})

    @property
    def without_filters(self) -> "Asked":
        return replace(self, chosen={})

    @property
    def wish(self) -> str:
        """The text, where it reads like the full id of a repo that could be asked for; "" else."""
        text = self.text.removeprefix("https://huggingface.co/").strip("/")
        try:
            return text if RepoId.parse(text).namespace else ""
        except BadName:
            return ""

    def pairs(self) -> Iterator[tuple[str, str]]:
        """(filter, value) of everything that is chosen."""
        return ((name, value) for name in FILTERS for value in self.chosen.get(name, ()))

    def _address(self, *more: tuple[str, str]) -> str:
        text = [("q", self.text)] if self.text else []
        sort = [("sort", self.sort.value)] if self.sort is not Sort.RELEVANCE else []
        fields = urlencode([*text, *self.pairs(), *sort, *more])
        return reverse("web:home") + (f"?{fields}" if fields else "")


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text[: 2 * LONGEST]).strip()[:LONGEST].strip()


def _values(name: str, written: list[str]) -> tuple[str, ...]:
    """Each once, in the order in which they were written."""
    plain = dict.fromkeys(_plain(value) for value in written[:MOST_VALUES])
    allowed = _ALLOWED.get(name)
    return tuple(value for value in plain if value and (allowed is None or value in allowed))


_ALLOWED: Mapping[str, frozenset[str]] = {
    "held": frozenset({YES, NO}),
    "gated": frozenset({YES, NO}),
    "kind": frozenset(kind.value for kind in RepoKind),
    "size": frozenset(SIZE_CLASSES),
}


_SORTS = frozenset(sort.value for sort in Sort)


def _either(values: tuple[str, ...]) -> bool | None:
    """Both together are no condition."""
    return None if len(values) != 1 else values[0] == YES
