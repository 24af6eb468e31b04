"""The filters beside what was found: values with their counts, as people call them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hub.index.query import Facets
from hub.web.searching import Asked

SHOWN, MOST = 7, 14
"""Values of a filter: those in sight, and with those that are one click away. What is rarer is found by typing it."""

TITLES: dict[str, Promise] = {
    "held": _("Held here"),
    "kind": _("Kind"),
    "task": _("Task"),
    "library": _("Library"),
    "licence": _("Licence"),
    "language": _("Language"),
    "size": _("Size"),
    "upstream": _("Upstream"),
    "gated": _("Access"),
    "author": _("Author"),
    "tag": _("Tag"),
}
ORDER = ("kind", "task", "library", "licence", "language", "size", "upstream", "gated")
"""As they stand on the page. What is held has a place of its own above the results."""
OPEN = frozenset({"kind", "task", "size", "upstream"})
"""Those that need no click to be seen."""

_CHINESE = _("Chinese")
_WORDS: Mapping[str, Mapping[str, Promise]] = {
    "held": {"yes": _("Held here"), "no": _("Can be asked for")},
    "kind": {"model": _("Models"), "dataset": _("Datasets"), "space": _("Spaces")},
    "gated": {"yes": _("Gated upstream"), "no": _("Open")},
    "size": {
        "under-1gb": _("Under 1 GB"),
        "1-10gb": _("1 to 10 GB"),
        "10-50gb": _("10 to 50 GB"),
        "50-200gb": _("50 to 200 GB"),
        "over-200gb": _("Over 200 GB"),
    },
}


@dataclass(frozen=True)
class Option:
    """One value; `count` is None where it was not counted, and `key` tells the boxes of a page apart. `hides` is how
    many values, with this one, lie behind a click that comes before it."""

    value: str
    label: str
    count: int | None
    is_chosen: bool
    key: str
    hides: int = 0


@dataclass(frozen=True)
class Group:
    """One filter, with what can be chosen. `has_more` says that some of it lies behind a click."""

    name: str
    title: Promise
    options: list[Option]
    chosen: int
    is_open: bool
    has_more: bool
    more_is_open: bool


@dataclass(frozen=True)
class Chip:
    """One value that narrows what is shown; `address` is the page without it."""

    title: Promise
    label: str
    address: str


def groups_of(asked: Asked, facets: Facets, total: int) -> list[Group]:
    """Filters that narrow: with two values to choose from, with one that not all of the `total` have, or with one that
    is chosen."""
    groups = [_group(name, asked, facets) for name in ORDER]
    return [group for group in groups if group.chosen or len(group.options) > 1 or _narrows(group, facets, total)]


def _narrows(group: Group, facets: Facets, total: int) -> bool:
    return facets.exact and any((option.count or total) < total for option in group.options)


def held_counts(facets: Facets) -> dict[str, int]:
    return dict(facets.counts.get("held", ()))


def chips_of(asked: Asked) -> list[Chip]:
    return [
        Chip(TITLES[name], label_of(name, value), asked.without(name, value).address) for name, value in asked.pairs()
    ]


def label_of(name: str, value: str) -> str:
    """How people call a value of a filter. What upstreams made up is shown as they write it."""
    if name == "language":
        return _language(value)
    word = _WORDS.get(name, {}).get(value)
    return value if word is None else str(word)


def _group(name: str, asked: Asked, facets: Facets) -> Group:
    counts, chosen = dict(facets.counts.get(name, ())), asked.chosen.get(name, ())
    # What is chosen can be taken back even where nothing has it.
    lost = [value for value in chosen if value not in counts]
    values = [*lost, *(value for place, value in enumerate(_ordered(name, counts)) if place < MOST or value in chosen)]
    options = [_option(name, value, counts, chosen, values, place) for place, value in enumerate(values)]
    return Group(
        name,
        TITLES[name],
        options,
        len(chosen),
        is_open=bool(chosen) or name in OPEN,
        has_more=len(options) > SHOWN,
        more_is_open=any(option.is_chosen for option in options[SHOWN:]),
    )


def _option(
    name: str, value: str, counts: Mapping[str, int], chosen: Sequence[str], values: Sequence[str], place: int
) -> Option:
    # The key stays with the value, so that the keyboard stays where it was when a box has been ticked.
    key = f"{name}-{crc32(value.encode()):08x}"
    hides = len(values) - SHOWN if place == SHOWN else 0
    return Option(value, label_of(name, value), counts.get(value), value in chosen, key, hides)


def _ordered(name: str, counts: Mapping[str, int]) -> list[str]:
    """Sizes and kinds in their own order, everything else as it was counted: the most frequent first."""
    fixed = list(_WORDS.get(name, ()))
    place: Callable[[str], int] = lambda value: fixed.index(value) if value in fixed else len(fixed)  # noqa: E731
    return sorted(counts, key=place) if fixed else list(counts)


def _language(code: str) -> str:
    """`zh` is Chinese; codes that Django has no name for stay codes."""
    found = LANG_INFO.get("zh-hans" if code == "zh" else code, {})
    if code == "zh":
        return str(_CHINESE)
    return _now(found["name"]) if "name" in found else code
