"""Charts as geometry, for templates to draw as SVG: bars by day (web/_bars.html) and a treemap (web/_treemap.html).

Nothing here knows of colours or of rows. Numbers are in the units of the chart's own viewBox. A page that shows one
links static/web/charts.css.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from squarify import normalize_sizes, squarify

from hub.measures import human_bytes

T = TypeVar("T")

BYTES, PULLS = "bytes", "pulls"
"""The units of values: how they are told."""

SLOT, GAP, HEIGHT = 10.0, 2.0, 100.0
LEAST = 1.5
"""A day with little is seen to have had something."""

HEAD = 18.0
"""Height of the strip above a group of a treemap, with its name."""
LETTER = 7.9
"""About the width of a letter, to know what fits."""
LEAST_GROUP = 60.0


@dataclass(frozen=True)
class Bar:
    """One day. `left` and `width` are of the bar, `slot` is where its column begins; `words` tell the value."""

    day: date
    value: int
    words: str
    slot: float
    left: float
    top: float
    height: float
    width: float = SLOT - GAP


@dataclass(frozen=True)
class Chart:
    """Bars by day, in order. `most` are the words of the highest one, `description` tells the whole in a sentence."""

    label: str
    bars: tuple[Bar, ...]
    most: str
    description: str
    anchor: str
    height: float = HEIGHT
    slot: float = SLOT

    @property
    def width(self) -> float:
        return max(SLOT, SLOT * len(self.bars))

    @property
    def first(self) -> date | None:
        return self.bars[0].day if self.bars else None

    @property
    def last(self) -> date | None:
        return self.bars[-1].day if self.bars else None

    @property
    def told(self) -> list[Bar]:
        """The days that have something, the newest first: what the table beside the chart lists."""
        return [bar for bar in reversed(self.bars) if bar.value]


def day_bars(days: Sequence[tuple[date, int]], label: str, unit: str) -> Chart:
    """`days` are (day, value) in order, without holes, values not negative; `label` is the chart's title for people;
    `unit` is BYTES or PULLS."""
    most = max((value for _, value in days), default=0)
    bars = tuple(_bar(number, day, value, most, unit) for number, (day, value) in enumerate(days))
    return Chart(label, bars, said(most, unit), _described(bars, unit), _anchor(label))


def said(value: int, unit: str) -> str:
    """A value with its unit, for people."""
    if unit == BYTES:
        return human_bytes(value)
    number = number_format(value, force_grouping=True)
    return ngettext("%(number)s pull", "%(number)s pulls", value) % {"number": number}


def _bar(number: int, day: date, value: int, most: int, unit: str) -> Bar:
    height = max(LEAST, value * HEIGHT / most) if value else 0.0
    slot = number * SLOT
    return Bar(day, value, said(value, unit), slot, slot + GAP / 2, round(HEIGHT - height, 2), round(height, 2))


def _described(bars: Sequence[Bar], unit: str) -> str:
    if not any(bar.value for bar in bars):
        return gettext("Nothing in this time.")
    highest = max(bars, key=lambda bar: bar.value)
    return gettext("%(days)d days from %(first)s to %(last)s. The most is %(most)s, on %(day)s.") % {
        "days": len(bars),
        "first": bars[0].day.isoformat(),
        "last": bars[-1].day.isoformat(),
        "most": highest.words,
        "day": highest.day.isoformat(),
    }


def _anchor(text: str) -> str:
    return f"chart-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Leaf:
    """What a tile stands for: `size` decides its area, `words` say it, `link` may be "", `sort` chooses its colour."""

    name: str
    size: float
    words: str
    link: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Group:
    """Leaves that lie together under one name."""

    name: str
    leaves: tuple[Leaf, ...]

    @property
    def size(self) -> float:
        return sum(leaf.size for leaf in self.leaves)


@dataclass(frozen=True)
class Box:
    """A rectangle with what is written in it; "" where nothing fits."""

    x: float
    y: float
    width: float
    height: float
    text: str = ""


@dataclass(frozen=True)
class Tile:
    """A leaf in its place; `small` is a second line, where there is room for one."""

    leaf: Leaf
    box: Box
    small: str = ""

    @property
    def title(self) -> str:
        return f"{self.leaf.name}: {self.leaf.words}"


@dataclass(frozen=True)
class Treemap:
    """`heads` are the names of groups, above their tiles."""

    width: float
    height: float
    tiles: tuple[Tile, ...] = ()
    heads: tuple[Box, ...] = field(default=())


def treemap(groups: Sequence[Group], width: float, height: float) -> Treemap:
    """Lays the groups out by size, and inside each its leaves, the largest first. What has no size has no tile."""
    tiles: list[Tile] = []
    heads: list[Box] = []
    for group, area in _laid_out([(group.size, group) for group in groups], Box(0, 0, width, height)):
        head = _headed(group, area)
        if head:
            heads.append(head)
            area = Box(area.x, area.y + HEAD, area.width, area.height - HEAD)
        leaves = [(leaf.size, leaf) for leaf in group.leaves]
        tiles += [_tile(leaf, box, within=group if head else None) for leaf, box in _laid_out(leaves, area)]
    return Treemap(width, height, tuple(tiles), tuple(heads))


def _laid_out(sized: Sequence[tuple[float, T]], area: Box) -> Iterator[tuple[T, Box]]:
    """Each thing with the part of the area that its size deserves."""
    entries = sorted((entry for entry in sized if entry[0] > 0), key=lambda entry: -entry[0])
    if not entries or area.width <= 0 or area.height <= 0:
        return
    sizes = normalize_sizes([size for size, _ in entries], area.width, area.height)
    for (_, thing), at in zip(entries, squarify(sizes, area.x, area.y, area.width, area.height), strict=True):
        yield thing, Box(round(at["x"], 1), round(at["y"], 1), round(at["dx"], 1), round(at["dy"], 1))


def _headed(group: Group, area: Box) -> Box | None:
    """One leaf alone needs no name above it, and a strip must not eat a small group."""
    if len(group.leaves) < 2 or area.width < LEAST_GROUP or area.height < 3 * HEAD:
        return None
    return Box(area.x, area.y, area.width, HEAD, _cut(group.name, area.width - 8))


def _tile(leaf: Leaf, box: Box, within: Group | None) -> Tile:
    name = leaf.name.rpartition("/")[2] if within else leaf.name
    is_high, is_higher = box.height >= 20, box.height >= 40
    text = _cut(name, box.width - 12) if is_high else ""
    small = leaf.words if text and is_higher and len(leaf.words) * LETTER * 0.85 <= box.width - 12 else ""
    return Tile(leaf, Box(box.x, box.y, box.width, box.height, text), small)


def _cut(text: str, width: float) -> str:
    """As much of the text as fits, with a sign that it goes on; "" where that would tell nothing."""
    letters = int(width / LETTER)
    if len(text) <= letters:
        return text
    return f"{text[: letters - 1]}…" if letters >= 5 else ""
