"""Counters in the shared cache that move in one atomic step, and one round trip on Redis."""

import logging
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache

from utils.cache.breaker import CacheBreaker

logger = logging.getLogger(__name__)

CACHE_ALIAS = "default"

breaker = CacheBreaker(logger, "throttles cannot count, the cache is unreachable")


def counter_add(*, key: str, seconds: int) -> int:
    """Add one to the counter ``key`` and return its new value; 1 on the first call.

    A counter ends ``seconds`` after its first count. Two calls at once never get the same
    value. Raises CacheUnreachableError while the cache server does not answer.
    """
    return breaker.call(lambda: _add(caches[CACHE_ALIAS], key, seconds))


def _add(cache: Any, key: str, seconds: int) -> int:
    if isinstance(cache, RedisCache):
        return _redis_add(cache, key, seconds)
    cache.add(key, 0, seconds)
    try:
        value: int = cache.incr(key)
    except ValueError:  # it ended between the two calls
        return 1
    return value


def _redis_add(cache: Any, key: str, seconds: int) -> int:
    # Django's own incr() asks first whether the key exists: with add(), three round trips.
    name = cache.make_and_validate_key(key)
    client = cache._cache.get_client(name, write=True)
    pipeline = client.pipeline(transaction=False)
    pipeline.set(name, 0, ex=seconds, nx=True)
    pipeline.incr(name)
    value: int = pipeline.execute()[-1]
    return value
