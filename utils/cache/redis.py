"""Django's Redis cache with one client per process instead of one per command and thread."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache.backends import redis as django_redis

from .packed_get import PackedGet


class _Shared(NamedTuple):
    """What all threads of a process share, for one server and its options."""

    pools: dict[int, Any]
    clients: dict[int, Any]
    packed: dict[str, PackedGet]


# By server and options: Django has a cache object in every thread, and a process with eight of
# them needs no more connections than commands that run at once. Clients and pools are safe in
# threads, and a pool notices that its process was forked.
_shared: dict[tuple[Any, ...], _Shared] = {}


class RedisCacheClient(django_redis.RedisCacheClient):
    """Making a client costs more than the round trip it is made for."""

    def __init__(self, servers: Any, *args: Any, **options: Any) -> None:
        super().__init__(servers, *args, **options)
        key = (tuple(servers), repr(args), repr(sorted(options.items())))
        shared = _shared.setdefault(key, _Shared({}, {}, {}))
        self._pools, self._clients, self._packed = shared

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if index not in self._clients:
            self._clients[index] = super().get_client(key, write=write)
        return self._clients[index]

    def packed_get(self, key: str) -> PackedGet:
        if key not in self._packed:
            # Of the server that is written to: a replica may not know yet what was written.
            pool = self.get_client(key, write=True).connection_pool
            self._packed[key] = PackedGet(pool, key)
        return self._packed[key]


class RedisCache(django_redis.RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient

    def server_now(self) -> datetime:
        """Return the server's time, aware, in UTC. Raises what the client raises."""
        seconds, microseconds = self._cache.get_client(write=True).time()  # type: ignore[attr-defined]
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)

    def packed_get(self, key: str) -> PackedGet:
        """Return the question for ``key``, which answers with the bytes that Redis holds."""
        packed: PackedGet = self._cache.packed_get(self.make_key(key))  # type: ignore[attr-defined]
        return packed
