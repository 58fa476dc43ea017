"""A cache that may be lost: what cannot be read or written is made again, more slowly."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.cache import caches

from utils.cache.breaker import CacheBreaker, CacheUnreachableError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class OptionalCache:
    """The cache ``alias`` of the settings, in calls of one round trip each; never raises."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._breaker = CacheBreaker(logger, f"cache {alias} unreachable, going on without it")

    def get_many(self, keys: list[str]) -> dict[str, Any]:
        """Return what is kept of ``keys``; nothing while the server does not answer."""
        nothing: dict[str, Any] = {}
        return self._call(lambda cache: cache.get_many(keys), nothing) if keys else nothing

    def set_many(self, values: Mapping[str, Any], seconds: int) -> None:
        """Keep ``values`` for so long, if the server answers."""
        if values:
            self._call(lambda cache: cache.set_many(values, seconds), None)

    def _call(self, do: Callable[[Any], T], otherwise: T) -> T:
        try:
            return self._breaker.call(lambda: do(caches[self._alias]))
        except CacheUnreachableError:
            return otherwise
