"""A cache whose loss is no more than slow: what cannot be read or written is made again."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.cache import caches
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

T = TypeVar("T")

# How long a process leaves a cache alone that did not answer.
REST_SECONDS = 5.0


class OptionalCache:
    """The cache ``alias`` of the settings, in calls of one round trip each; never raises."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._rests_until = 0.0

    def get_many(self, keys: list[str]) -> dict[str, Any]:
        """Return what is kept of ``keys``; nothing while the server does not answer."""
        nothing: dict[str, Any] = {}
        return self._call(lambda cache: cache.get_many(keys), nothing) if keys else nothing

    def set_many(self, values: Mapping[str, Any], seconds: int) -> None:
        """Keep ``values`` for so long, if the server answers."""
        if values:
            self._call(lambda cache: cache.set_many(values, seconds), None)

    def _call(self, do: Callable[[Any], T], otherwise: T) -> T:
        if time.monotonic() < self._rests_until:
            return otherwise
        try:
            return do(caches[self._alias])
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            logger.warning("cache %s unreachable, going on without it: %s", self._alias, error)
            return otherwise
