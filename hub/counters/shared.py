"""The counters that all processes and hosts share, in Redis. Raises redis.RedisError where Redis does not answer."""

import os
import socket
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hub.counters import scripts
from hub.counters.budget import Budget, Observation, Terms

SECONDS = 0.3
"""The longest that a call waits to connect, and then for its answer."""

PEER_SECONDS = 60


def connect(url: str) -> redis.Redis:
    """A client with short patience: whoever counts has something better to do than to wait for Redis."""
    return redis.Redis.from_url(
        url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0), decode_responses=True
    )


@cache
def process_name() -> str:
    """Names this process among all of them."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


os.register_at_fork(after_in_child=process_name.cache_clear)


class SharedCounters:
    """`prefix` keeps two hubs on one Redis apart."""

    def __init__(self, url: str, prefix: str) -> None:
        self.client: Any = connect(url)
        self._prefix = prefix
        self._scripts = {
            name: self.client.register_script(text)
            for name, text in vars(scripts).items()
            if name.isupper() and not name.startswith("_") and name != "NOW"
        }

    def _key(self, kind: str, name: str) -> str:
        return f"{self._prefix}:{kind}:{{{name}}}"

    def _run(self, script: str, keys: Sequence[str], arguments: Sequence[str | float]) -> Any:
        return self._scripts[script](keys=list(keys), args=list(arguments))

    def reserve(self, name: str, cost: float, burst: float, longest: float) -> tuple[bool, float]:
        given, wait = self._run("RESERVE", [self._key("pace", name)], [cost, burst, longest])
        return bool(given), float(wait)

    def add(self, name: str, count: int, seconds: float) -> tuple[int, float]:
        total, left = self._run("ADD", [self._key("tally", name)], [count, round(seconds * 1000)])
        return int(total), int(left) / 1000

    def put(self, name: str, value: str, seconds: float) -> None:
        self.client.set(self._key("value", name), value, px=max(1, round(seconds * 1000)))

    def get(self, name: str) -> str:
        return str(self.client.get(self._key("value", name)) or "")

    def forget(self, name: str) -> None:
        self.client.delete(self._key("value", name))
        self.client.delete(self._key("tally", name))

    def take_slot(self, name: str, member: str, most: int, lease: float) -> bool:
        keys = [self._key("slots", name), self._key("waiters", name), self._key("last", name)]
        process = member.rpartition("|")[0]
        return bool(self._run("TAKE_SLOT", keys, [member, process, most, lease]))

    def renew_slots(self, name: str, members: Sequence[str], lease: float) -> None:
        self._run("RENEW_SLOTS", [self._key("slots", name)], [lease, *members])

    def give_slot(self, name: str, member: str) -> None:
        self.client.zrem(self._key("slots", name), member)

    def count_slots(self, name: str) -> int:
        return int(self._run("COUNT_SLOTS", [self._key("slots", name)], []))

    def spend(self, name: str, want: int, urgent: bool, longest: float, terms: Terms) -> tuple[int, float]:
        arguments = [want, int(urgent), terms.kept, terms.short, longest]
        given, wait = self._run("SPEND", [self._key("budget", name)], arguments)
        return int(given), float(wait)

    def observe(self, name: str, seen: Observation) -> None:
        arguments = [seen.left, seen.seconds, seen.quota, seen.window, seen.away]
        self._run("OBSERVE", [self._key("budget", name)], arguments)

    def look(self, name: str) -> Budget:
        left, resets_in, quota, paused = map(float, self._run("LOOK", [self._key("budget", name)], []))
        return Budget(int(left), int(quota), resets_in, paused)

    def peers(self) -> int:
        """Says that this process is here; how many are."""
        return int(self._run("PEERS", [self._key("all", "peers")], [process_name(), PEER_SECONDS]))
