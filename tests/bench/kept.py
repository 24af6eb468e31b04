"""The newest measurement of each row, kept below .cache/bench, so that one row can be measured again alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .findings import Comparison, Finding, Limit, Plan, Sample, Skipped
from .ground import CACHE

KEPT = CACHE / "bench" / "kept.json"


@dataclass(frozen=True)
class Measurement:
    """What one row found in one run."""

    day: date
    rounds: int
    findings: Sequence[Finding]


def load(path: Path = KEPT) -> dict[str, Measurement]:
    if not path.exists():
        return {}
    return {name: _measurement(raw) for name, raw in json.loads(path.read_text()).items()}


def save(measured: Mapping[str, Measurement], path: Path = KEPT) -> None:
    raw = {name: asdict(one) | {"day": one.day.isoformat()} for name, one in measured.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(raw, indent=1))


def _measurement(raw: Mapping[str, Any]) -> Measurement:
    return Measurement(date.fromisoformat(raw["day"]), raw["rounds"], [_finding(one) for one in raw["findings"]])


def _finding(raw: dict[str, Any]) -> Finding:
    if "reason" in raw:
        return Skipped(**raw)
    if "text" in raw:
        return Plan(**raw)
    given: dict[str, Any] = {}
    for name, value in raw.items():
        given[name] = Sample(tuple(value["values"])) if isinstance(value, dict) else value
    return Comparison(**given) if "ours" in raw else Limit(**given)
