"""Redis goes away and comes back; whoever counts notices only that limits are less exact."""

import logging
import time
from collections.abc import Iterator

import pytest

from hub.counters import Counters, Observation
from hub.counters.breaker import Breaker
from tests.services.redis import RedisServer

pytestmark = pytest.mark.service


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as one:
        yield one


def everything(count: Counters) -> None:
    """One call of each kind."""
    count.reserve("bytes", 10, 100.0, 60.0)
    count.add("tries", 1, 60.0)
    count.put("word", "hello", 60.0)
    count.get("word")
    count.forget("word")
    count.spend("api", 1, True, 0.0)
    count.observe("api", Observation(90, 100.0, 100, 300.0))
    count.budget("api")
    count.slots_taken("lines")
    if slot := count.slot("lines", 8):
        slot.release()


def test_nothing_raises_without_redis_and_it_is_told_once(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    count = Counters(server.url, "outage")
    server.kill()
    with caplog.at_level(logging.WARNING, "hub.counters"):
        for _ in range(50):
            everything(count)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "each process counts its share" in caplog.text
    assert not count.is_shared


def test_counting_is_shared_again_by_itself(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.counters.breaker.REST", 0.05)
    one, other = Counters(server.url, "back"), Counters(server.url, "back")
    server.kill()
    everything(one)
    server.start()
    time.sleep(0.1)
    assert one.add("tries", 1, 60.0)[0] == 1
    assert other.add("tries", 1, 60.0)[0] == 2
    assert one.is_shared


def test_a_process_alone_takes_only_its_share(server: RedisServer) -> None:
    count = Counters(server.url, "crowd")
    count._peers = 4
    count._peers_at = time.monotonic()
    server.kill()
    slots = [count.slot("lines", 8) for _ in range(8)]
    assert sum(slot is not None for slot in slots) == 2
    count.observe("api", Observation(100, 100.0, 100, 300.0))
    assert sum(count.spend("api", 1, True, 0.0)[0] for _ in range(100)) == 25
    assert count.reserve("bytes", 100, 100.0, 60.0)[0]
    granted, wait = count.reserve("bytes", 100, 100.0, 60.0)
    assert granted
    assert wait > 3


def test_processes_know_how_many_they_are(server: RedisServer) -> None:
    count = Counters(server.url, "peers")
    assert count.share == 0.25, "before Redis was asked, a few are assumed"
    everything(count)
    assert count.share == 1.0


def test_a_slot_that_redis_forgot_is_held_again(server: RedisServer) -> None:
    count = Counters(server.url, "restart")
    slot = count.slot("lines", 1)
    assert slot
    server.kill()
    server.start()
    count._keeper._renew([slot])
    assert Counters(server.url, "restart").slot("lines", 1) is None
    slot.release()


def test_an_open_breaker_lets_one_try_now_and_then() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    breaker.failed(OSError("gone"))
    assert not breaker.may_try()
    now[0] = 3.5
    assert breaker.may_try()
    assert not breaker.may_try(), "the others do not wait for the one that tries"
    breaker.worked()
    assert breaker.may_try()
