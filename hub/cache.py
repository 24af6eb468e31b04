"""Django's cache in Redis, for pages that must not break with it: what cannot be read is a miss, and is made anew."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)

LOG_EVERY = 60.0


class CalmRedisCache(RedisCache):
    """Every call ends within the timeouts of its options, and none raises because Redis is away."""

    _logged_at: float | None = None

    def _calm(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return ask()
        except (RedisError, OSError) as error:
            now = time.monotonic()
            if self._logged_at is None or now - self._logged_at > LOG_EVERY:
                # The class alone: the text may hold the address with its password.
                logger.warning("the cache in Redis does not answer (%s); pages do without", type(error).__name__)
                self._logged_at = now
            return otherwise

    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self._calm(lambda: super(CalmRedisCache, self).add(*args, **options), True))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._calm(lambda: super(CalmRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **options: Any) -> None:
        self._calm(lambda: super(CalmRedisCache, self).set(*args, **options), None)

    def touch(self, *args: Any, **options: Any) -> bool:
        return bool(self._calm(lambda: super(CalmRedisCache, self).touch(*args, **options), False))

    def delete(self, *args: Any, **options: Any) -> bool:
        return bool(self._calm(lambda: super(CalmRedisCache, self).delete(*args, **options), False))

    def get_many(self, *args: Any, **options: Any) -> dict[Any, Any]:
        return dict(self._calm(lambda: super(CalmRedisCache, self).get_many(*args, **options), {}))

    def set_many(self, data: Any, *args: Any, **options: Any) -> list[Any]:
        return list(self._calm(lambda: super(CalmRedisCache, self).set_many(data, *args, **options), list(data)))

    def delete_many(self, *args: Any, **options: Any) -> None:
        self._calm(lambda: super(CalmRedisCache, self).delete_many(*args, **options), None)

    def has_key(self, *args: Any, **options: Any) -> bool:
        return bool(self._calm(lambda: super(CalmRedisCache, self).has_key(*args, **options), False))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return int(self._calm(lambda: super(CalmRedisCache, self).incr(key, delta, version), delta))

    def clear(self) -> None:
        self._calm(lambda: super(CalmRedisCache, self).clear(), None)
