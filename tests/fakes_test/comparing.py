"""Compares what was recorded with what a fake says, by keys and types."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def differences(said: Any, got: Any, unknown: Collection[str] = (), where: str = "") -> list[str]:
    """Keys that one side lacks, and values of another type; `unknown` are things that the fake does not know."""
    if isinstance(said, dict) and isinstance(got, dict):
        keys = (set(said) ^ set(got)) - set(unknown) if where != ".cardData" else set()
        found = [f"{where}.{key} only in {'the recording' if key in said else 'the fake'}" for key in sorted(keys)]
        for key in sorted(set(said) & set(got)):
            found += differences(said[key], got[key], unknown, f"{where}.{key}")
        return found
    if isinstance(said, list) and isinstance(got, list):
        return [
            line for one in got[:5] if said for line in differences(most_like(one, said), one, unknown, f"{where}[]")
        ]
    return [] if type(said) is type(got) else [f"{where}: {said!r} was recorded, the fake says {got!r}"]


def most_like(one: Any, others: list[Any]) -> Any:
    """A file is compared with a file and a directory with a directory."""
    if not isinstance(one, dict):
        return others[0]
    return max(
        others, key=lambda other: len(set(one) & set(other)) - len(set(one) ^ set(other)) + kind_bonus(one, other)
    )


def kind_bonus(one: dict[str, Any], other: dict[str, Any]) -> int:
    return 100 * (one.get("type") == other.get("type") and one.get("Type") == other.get("Type"))
