"""How long an upstream asks us to wait, as its headers say."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hub.counters import Observation

LONGEST_WAIT = 3600.0
"""Seconds. Hugging Face counts in windows of 300 s; whoever asks for days is asked again earlier."""

_BUDGET = re.compile(r"r\s*=\s*(\d{1,9})\s*;\s*t\s*=\s*(\d{1,9})")

_POLICY = re.compile(r"q\s*=\s*(\d{1,9})\s*;\s*w\s*=\s*(\d{1,9})")


def told_budget(headers: Mapping[str, str]) -> Observation:
    """From `RateLimit: "api";r=212;t=55` and `RateLimit-Policy: "fixed window";"api";q=500;w=300`."""
    left, policy = _BUDGET.search(headers.get("ratelimit", "")), _POLICY.search(headers.get("ratelimit-policy", ""))
    if left is None:
        return Observation()
    quota, window = (int(policy[1]), min(float(policy[2]), LONGEST_WAIT)) if policy else (0, 0.0)
    return Observation(int(left[1]), min(float(left[2]), LONGEST_WAIT), quota, window)


def seconds_to_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """From `Retry-After` (seconds or a date), else from a spent `RateLimit: "api";r=0;t=55`; None where neither is.

    `headers` must find names in any letter case.
    """
    wait = _retry_after(headers.get("retry-after", "").strip(), now or datetime.now(UTC))
    budget = _BUDGET.search(headers.get("ratelimit", ""))
    if wait is None and budget and int(budget[1]) == 0:
        wait = float(budget[2])
    return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT)


def _retry_after(text: str, now: datetime) -> float | None:
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()
