"""The cache of the pages in a Redis that may be away."""

from collections.abc import Iterator

import pytest

from hub.cache import CalmRedisCache
from tests.services.redis import RedisServer

pytestmark = pytest.mark.service

SOON = {"OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}, "KEY_PREFIX": "test"}


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as one:
        yield one


def test_what_was_kept_is_found(server: RedisServer) -> None:
    cache = CalmRedisCache(server.url, SOON)
    cache.set("a", 1)
    cache.set_many({"b": 2, "c": 3})
    assert (cache.get("a"), cache.get_many(["b", "c"]), cache.has_key("a")) == (1, {"b": 2, "c": 3}, True)
    assert cache.incr("a") == 2
    assert cache.add("a", 9) is False
    assert cache.touch("a") is True
    assert cache.delete("a") is True
    cache.delete_many(["b"])
    assert cache.get("b", "none") == "none"
    cache.clear()
    assert cache.get("c") is None


def test_without_redis_every_key_is_a_miss_and_nothing_raises(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    cache = CalmRedisCache(server.url, SOON)
    cache.set("a", 1)
    server.kill()
    assert (cache.get("a"), cache.get("a", "none"), cache.get_many(["a"])) == (None, "none", {})
    assert cache.set_many({"a": 1}) == ["a"]
    cache.set("a", 1)
    cache.delete_many(["a"])
    assert (cache.delete("a"), cache.touch("a"), cache.has_key("a")) == (False, False, False)
    assert cache.get_or_set("a", lambda: 7) == 7
    cache.clear()
    assert caplog.text.count("does not answer") == 1
    server.start()
    cache.set("a", 2)
    assert cache.get("a") == 2
