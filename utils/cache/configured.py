"""How a cache is described to Django. Imports no settings, because they are made with it."""

from typing import Any

from .sentinel import is_sentinel_url


def _pool(redis_url: str) -> dict[str, Any]:
    if is_sentinel_url(redis_url):
        return {"pool_class": "utils.cache.sentinel.MasterPool"}
    return {}


def cache_config(prefix: str, redis_url: str, *, max_entries: int) -> dict[str, Any]:
    """Describe one cache: in Redis where there is one, else in this process's memory.

    ``max_entries`` bounds the latter; Redis has a limit of its own.
    """
    if redis_url:
        return {
            "BACKEND": "utils.cache.redis.RedisCache",
            # A list, because Django takes the parts between commas of a text for servers.
            "LOCATION": [redis_url],
            "KEY_PREFIX": prefix,
            # A Redis that does not answer must not hold up a request.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, **_pool(redis_url)},
        }
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": prefix,
        "OPTIONS": {"MAX_ENTRIES": max_entries},
    }
