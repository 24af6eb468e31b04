"""Which bytes a request asks for: Range, If-Range and If-None-Match of RFC 9110, for files whose ETag is strong."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Window:
    """`length` bytes from `start`; `partial` where the answer is a 206."""

    start: int
    length: int
    partial: bool


def window_of(header: str, size: int) -> Window | None:
    """The window of a Range header over `size` bytes; None where it lies outside the file (416).

    An end behind the file is cut to it: Rust clients ask one byte too far. Several ranges, other units and nonsense
    are not honoured, which RFC 9110 allows; the whole file is the answer.
    """
    match = _ONE_RANGE.fullmatch(header)
    if match is None or match.group(1) == match.group(2) == "":
        return Window(0, size, partial=False)
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return Window(size - length, length, partial=True) if length else None
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return Window(0, size, partial=False)
    return Window(start, end - start + 1, partial=True) if start < size else None


def is_unchanged(if_none_match: str, etag: str) -> bool:
    """True where the client holds these bytes already; `etag` is unquoted."""
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return f'"{etag}"' in known or "*" in known


def range_still_holds(if_range: str, etag: str) -> bool:
    """If-Range compares strongly; a date never matches, as no dates are sent with files."""
    return not if_range or if_range.strip() == f'"{etag}"'
