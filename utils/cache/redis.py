"""Django's Redis cache with one client per process instead of one per command and thread."""

from typing import Any

from django.core.cache.backends import redis as django_redis

# Pools and clients by server and options: Django has a cache object in every thread, and a
# process with eight of them needs no more connections than commands that run at once. Clients
# and pools are safe in threads, and a pool notices that its process was forked.
_shared: dict[tuple[Any, ...], tuple[dict[int, Any], dict[int, Any]]] = {}


class RedisCacheClient(django_redis.RedisCacheClient):
    """Making a client costs more than the round trip it is made for."""

    def __init__(self, servers: Any, *args: Any, **options: Any) -> None:
        super().__init__(servers, *args, **options)
        key = (tuple(servers), repr(args), repr(sorted(options.items())))
        self._pools, self._clients = _shared.setdefault(key, ({}, {}))

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if index not in self._clients:
            self._clients[index] = super().get_client(key, write=write)
        return self._clients[index]


class RedisCache(django_redis.RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient
