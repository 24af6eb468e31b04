"""Reads the settings contract from the environment, and remembers which names exist.

Every name that is read here must be explained in hub/docs/operator.md; a test compares both.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_UNITS = {"": 1, "B": 1}
for _power, _letter in enumerate("KMGTP", start=1):
    _UNITS |= {f"{_letter}B": 1000**_power, f"{_letter}IB": 1024**_power}


class SettingError(Exception):
    """A setting holds a value that the hub cannot work with; the text says what to write instead."""


class Environment:
    """The `HUB_*` variables. A value may also come from a file that `NAME_FILE` points at (for secrets)."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self.variables = variables
        self.names: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        """The setting's text; an empty variable counts as absent, as compose files write it."""
        self.names.add(name)
        if path := self.variables.get(f"{name}_FILE", ""):
            try:
                return Path(path).read_text().strip()
            except OSError as error:
                raise SettingError(f"{name}_FILE points at {path}, which cannot be read: {error}") from error
        return self.variables.get(name, "").strip() or default

    def flag(self, name: str, default: bool) -> bool:
        """True for 1/true/yes/on, False for 0/false/no/off; anything else is refused."""
        text = self.text(name).lower()
        if not text:
            return default
        if text in {"1", "true", "yes", "on"}:
            return True
        if text in {"0", "false", "no", "off"}:
            return False
        raise SettingError(f"{name} is {text!r}; write 'on' or 'off'")

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of a few words; capitals do not matter."""
        text = self.text(name, default).upper()
        if text not in allowed:
            raise SettingError(f"{name} is {text!r}; write one of {', '.join(allowed)}")
        return text

    def number(self, name: str, default: int, least: int = 0, most: int = 2**31) -> int:
        """A whole number from `least` to `most`."""
        text = self.text(name)
        try:
            value = int(text) if text else default
        except ValueError:
            raise SettingError(f"{name} is {text!r}; write a whole number") from None
        if value < least:
            raise SettingError(f"{name} is {value}; it must be at least {least}")
        if value > most:
            raise SettingError(f"{name} is {value}; it must be at most {most}")
        return value

    def size(self, name: str, default: str = "0") -> int:
        """Bytes: `1500`, `500GB` (powers of 1000) or `2TiB` (powers of 1024)."""
        text = self.text(name, default)
        found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,3})?)\s*([A-Z]*)", text.upper())
        if found is None or found[2] not in _UNITS:
            raise SettingError(f"{name} is {text!r}; write a size such as 500GB or 2TiB")
        return int(float(found[1]) * _UNITS[found[2]])

    def words(self, name: str) -> list[str]:
        """A list that is separated by commas or spaces."""
        return self.text(name).replace(",", " ").split()

    def unknown(self) -> list[str]:
        """`HUB_*` variables that nothing reads: most often a slip of the pen."""
        known = self.names | {f"{name}_FILE" for name in self.names}
        return sorted(
            name
            for name in self.variables
            if name.startswith("HUB_") and not name.startswith("HUB_TEST_") and name not in known
        )
