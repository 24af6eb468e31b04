"""Reads and writes the metadata block at the top of a README: the part of YAML that model cards need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def front_matter(text: str) -> dict[str, Any]:
    """Scalars and lists of scalars; anything nested deeper is passed over."""
    match = re.match(r"---\r?\n(.*?)\r?\n---", text, re.DOTALL)
    card: dict[str, Any] = {}
    key = ""
    for line in match.group(1).splitlines() if match else []:
        if item := re.match(r"\s*- +(.+)$", line):
            if isinstance(card.get(key), list):
                card[key].append(_scalar(item.group(1)))
        elif pair := re.match(r"([\w-]+):\s*(.*)$", line):
            key = pair.group(1)
            card[key] = _scalar(pair.group(2)) if pair.group(2) else []
    return {key: value for key, value in card.items() if value != []}


def _scalar(text: str) -> Any:
    text = text.strip().strip("\"'")
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    return {"true": True, "false": False}.get(text, text)


def readme(card: Mapping[str, Any], body: str) -> str:
    lines = ["---"]
    for key, value in card.items():
        lines += [f"{key}:", *(f"- {one}" for one in value)] if isinstance(value, list) else [f"{key}: {value}"]
    return "\n".join([*lines, "---", "", body, ""])
