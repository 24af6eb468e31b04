"""How fast an upstream may be read, by the time of day, as an operator writes it: one line for each window.

    Mon-Fri 08:00-18:00 20MB/s
    Sat,Sun full
    50MB/s

The first line that holds decides; where none does, nothing is held back. A window over midnight belongs to the day on
which it begins.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hub.errors import BadInput
from hub.sizes import human_bytes

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEAST = 1000
"""Bytes per second; who wants less writes 0."""

_EVERY_DAY = frozenset(range(7))
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_SPEED = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([KMG]?I?B)/S", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_MIDNIGHT = time()
_HOW = 'write it as "Mon-Fri 08:00-18:00 20MB/s", "Sat,Sun full" or "50MB/s"; 0 stops it'


@dataclass(frozen=True)
class Window:
    """`rate` in bytes per second: None = full speed, 0 = nothing. `begin` = `end` is the whole day."""

    rate: int | None
    days: frozenset[int] = _EVERY_DAY
    begin: time = _MIDNIGHT
    end: time = _MIDNIGHT

    def holds(self, moment: datetime) -> bool:
        """`moment` in the time zone in which the lines were meant."""
        clock, today = moment.time(), moment.weekday()
        if self.begin < self.end:
            return today in self.days and self.begin <= clock < self.end
        yesterday = (today - 1) % 7
        begun_today = today in self.days and clock >= self.begin
        return begun_today or (self.begin != self.end and yesterday in self.days and clock < self.end)


def parse_windows(text: str) -> tuple[Window, ...]:
    """Raises BadInput with the line that makes no sense."""
    return tuple(_parse(line) for line in text.splitlines() if line.strip())


def rate_at(windows: Sequence[Window], moment: datetime) -> int | None:
    """Bytes per second at a moment; None = as fast as it goes."""
    return next((window.rate for window in windows if window.holds(moment)), None)


def next_change(windows: Sequence[Window], moment: datetime) -> datetime | None:
    """When another rate begins to hold; None where that is not within a week."""
    rate = rate_at(windows, moment)
    return next((edge for edge in _edges(windows, moment) if rate_at(windows, edge) != rate), None)


def sentence_of(windows: Sequence[Window], moment: datetime) -> str:
    """What holds now, for people: "20 MB/s until 18:00 (Mon), then full speed"."""
    change = next_change(windows, moment)
    now = _words(rate_at(windows, moment))
    if change is None:
        return now
    day = f" ({DAYS[change.weekday()]})"
    return f"{now} until {change:%H:%M}{day}, then {_words(rate_at(windows, change))}"


def _words(rate: int | None) -> str:
    if rate is None:
        return "full speed"
    return f"{human_bytes(rate)}/s" if rate else "stopped"


def _edges(windows: Sequence[Window], moment: datetime) -> Iterator[datetime]:
    times = sorted({one for window in windows for one in (window.begin, window.end)} | {_MIDNIGHT})
    for days in range(8):
        day = (moment + timedelta(days=days)).date()
        for clock in times:
            edge = datetime.combine(day, clock, moment.tzinfo)
            if edge > moment:
                yield edge


def _parse(line: str) -> Window:
    *when, last = line.split() or [""]
    if last.lower() == "/s" or re.fullmatch(r"[KMG]?I?B/S", last, re.IGNORECASE):
        *when, number = when or [""]
        last = number + last
    days, begin, end = _EVERY_DAY, _MIDNIGHT, _MIDNIGHT
    for word in when:
        if match := _HOURS.fullmatch(word):
            begin, end = _clock(match[1], match[2], line), _clock(match[3], match[4], line)
            if begin == end:
                raise BadInput(f"{line.strip()!r} begins and ends at the same time", _HOW)
        else:
            days = frozenset(_days(word, line))
    return Window(_rate(last, line), days, begin, end)


def _rate(text: str, line: str) -> int | None:
    if text.lower() in {"full", "unlimited"}:
        return None
    if text == "0":
        return 0
    match = _SPEED.fullmatch(text)
    if match is None:
        raise BadInput(f"{line.strip()!r} ends with no speed", _HOW)
    rate = int(float(match[1]) * _UNITS[match[2].upper()])
    if 0 < rate < LEAST:
        raise BadInput(f"{line.strip()!r} is less than {LEAST} bytes per second", _HOW)
    return rate


def _clock(hours: str, minutes: str, line: str) -> time:
    if (hours, minutes) == ("24", "00"):
        return _MIDNIGHT
    try:
        return time(int(hours), int(minutes))
    except ValueError:
        raise BadInput(f"{line.strip()!r} names a time that no clock shows", _HOW) from None


def _days(word: str, line: str) -> Iterator[int]:
    for piece in word.split(","):
        first, _, last = piece.partition("-")
        begin, end = _day(first, line), _day(last or first, line)
        yield from ((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _day(text: str, line: str) -> int:
    short = text[:3].capitalize()
    if short not in DAYS:
        raise BadInput(f"{line.strip()!r}: {text!r} is neither a day nor a time", _HOW)
    return DAYS.index(short)
