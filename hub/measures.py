"""Sizes and times in the language of the page that shows them. What is stored, logged or sent to clients uses
hub.sizes, which says the same everywhere."""

import re

from django.utils.translation import gettext, gettext_noop

from hub import sizes

_WORDS = {
    "byte": gettext_noop("%(number)s byte"),
    "bytes": gettext_noop("%(number)s bytes"),
    "s": gettext_noop("%(number)s s"),
    "min": gettext_noop("%(number)s min"),
    "h": gettext_noop("%(number)s h"),
}
"""Those of hub.sizes; kB, MB, GB are the same everywhere."""
_UNIT = re.compile(r"(\d+) (bytes?|s|min|h)\b")


def human_bytes(count: int | float) -> str:
    """`999 bytes`, `1.2 kB`."""
    return _in_language(sizes.human_bytes(count))


def human_seconds(seconds: float) -> str:
    """`8 s`, `2 h 5 min`."""
    return _in_language(sizes.human_seconds(seconds))


def _in_language(text: str) -> str:
    return _UNIT.sub(lambda found: gettext(_WORDS[found[2]]) % {"number": found[1]}, text)
