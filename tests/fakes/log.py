"""What the fake hub was asked, and what it answered."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

# A benchmark may ask millions of times; the oldest entries go first.
KEPT = 200_000


@dataclass
class Entry:
    method: str
    target: str
    origin: str
    headers: dict[str, str]
    status: int = 0
    sent: int = 0
    fault: str = ""

    def add_sent(self, count: int) -> None:
        self.sent += count

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")

    @property
    def range(self) -> str:
        return self.headers.get("range", "")


class RequestLog:
    """Entries in the order in which the requests came. An entry is there before its answer has left."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def append(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def matching(self, method: str = "", origin: str = "", containing: str = "") -> list[Entry]:
        return [
            entry
            for entry in self
            if (not method or entry.method == method)
            and (not origin or entry.origin == origin)
            and containing in entry.target
        ]

    def counters(self) -> dict[str, dict[str, int]]:
        """Requests and bytes of each origin."""
        requests, sent = Counter[str](), Counter[str]()
        for entry in self:
            requests[entry.origin] += 1
            sent[entry.origin] += entry.sent
        return {origin: {"requests": requests[origin], "bytes": sent[origin]} for origin in ("hub", "cdn")}

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self]
