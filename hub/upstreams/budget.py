"""Requests that an upstream lets one account make in a window, shared by every process that asks it.

Hugging Face tells on every answer what is left of each bucket (`RateLimit: "api";r=212;t=55`) and how much there is
(`RateLimit-Policy: "fixed window";"api";q=500;w=300`). Before a request goes out, it is taken from the shared count;
after the answer, the count learns what the upstream says. An upstream that tells nothing is asked freely, until it
answers 429: then nobody asks until it wants to be asked again.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from hub.counters import Observation, counters
from hub.errors import UpstreamBudgetSpent
from hub.sizes import human_seconds
from hub.upstreams.waiting import seconds_to_wait, told_budget

USUAL_AWAY = 30.0
"""Seconds that everybody stays away after a 429 that names no time."""
PERSON_WAITS = 5.0
WORKER_WAITS = 30.0
"""Seconds that a request is held back; what would take longer is put off."""
AT_ONCE = 16
"""Most requests that a busy process takes from the shared count at a time."""
FRESH = 1.0
"""Seconds after which what was taken and not used is void."""
TELL_EVERY = 0.1


@dataclass(frozen=True)
class _Manner:
    urgent: bool = True
    pause: Callable[[float], object] = time.sleep
    longest: float = PERSON_WAITS


_PERSON = _Manner()
_manner: ContextVar[_Manner] = ContextVar("manner", default=_PERSON)


@contextmanager
def bulk(pause: Callable[[float], object] = time.sleep) -> Iterator[None]:
    """What is asked inside can wait: a share of every budget stays for people. `pause` sleeps, and may raise."""
    token = _manner.set(_Manner(urgent=False, pause=pause, longest=WORKER_WAITS))
    try:
        yield
    finally:
        _manner.reset(token)


def account_key(origin: str, token: str) -> str:
    """Names who is asked by whom; upstreams count by account, and by address where there is none."""
    account = hashlib.sha256(token.encode()).hexdigest()[:8] if token else "nobody"
    return f"{origin}:{account}"


@dataclass
class _Purse:
    """Requests of one bucket that this process has taken from the shared count."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    taken: int = 0
    until: float = 0.0
    asked: int = 0
    since: float = 0.0
    told_at: float = 0.0

    def use(self, now: float) -> bool:
        with self.lock:
            if now - self.since > FRESH:
                self.asked, self.since = self.asked // 2 if now - self.since < 2 * FRESH else 0, now
            self.asked += 1
            if not self.taken or now > self.until:
                return False
            self.taken -= 1
            return True

    @property
    def wanted(self) -> int:
        """As many as will be used at once, so that few are void."""
        return max(1, min(self.asked // 8, AT_ONCE))

    def fill(self, count: int, now: float) -> None:
        with self.lock:
            self.taken, self.until = (self.taken if now <= self.until else 0) + count, now + FRESH

    def empty(self) -> None:
        with self.lock:
            self.taken = 0


class Budgets:
    """The buckets of one account. `name` is for errors, `bucket_of` tells the bucket of an address. Thread-safe."""

    def __init__(self, name: str, key: str, bucket_of: Callable[[str], str]) -> None:
        self._name = name
        self._key = key
        self._bucket_of = bucket_of
        self._purses: dict[str, _Purse] = {}

    def before(self, url: str) -> None:
        """Returns when the request may go out. Raises UpstreamBudgetSpent where that would take too long."""
        bucket, manner = self._bucket_of(url), _manner.get()
        purse = self._purses.setdefault(bucket, _Purse())
        deadline = time.monotonic() + manner.longest
        while not purse.use(time.monotonic()):
            # The wait of a person is not shared: what they take, they use now.
            want = 1 if manner.urgent else purse.wanted
            left = max(0.0, deadline - time.monotonic())
            given, wait = counters().spend(budget_name(self._key, bucket), want, manner.urgent, left)
            if not given and wait > left:
                raise self._spent(bucket, wait)
            purse.fill(max(0, given - 1), time.monotonic())
            if wait:
                manner.pause(wait)
            if given:
                return

    def after(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        """Learns from an answer."""
        bucket, now = self._bucket_of(url), time.monotonic()
        purse, seen = self._purses.setdefault(bucket, _Purse()), told_budget(headers)
        refused = status == 429
        if refused:
            purse.empty()
            away = seconds_to_wait(headers)
            seen = Observation(seen.left, seen.seconds, seen.quota, seen.window, USUAL_AWAY if away is None else away)
        short = 0 <= seen.left < max(seen.quota // 4, 2 * AT_ONCE)
        if not refused and not short and now - purse.told_at < TELL_EVERY:
            return
        purse.told_at = now
        counters().observe(budget_name(self._key, bucket), seen)

    def _spent(self, bucket: str, wait: float) -> UpstreamBudgetSpent:
        return UpstreamBudgetSpent(
            f"{self._name} allows no more requests ({bucket}) for {human_seconds(wait)}",
            "nothing to do: it goes on by itself; a token of the upstream allows more",
            wait,
        )


def budget_name(key: str, bucket: str) -> str:
    """The name of a bucket's counter."""
    return f"{key}:{bucket}"
