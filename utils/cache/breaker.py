"""A circuit breaker for the cache server: its loss costs one wait, not one for each request."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from redis.exceptions import RedisError

T = TypeVar("T")

# How long a process leaves a cache alone that did not answer.
REST_SECONDS = 5.0


class CacheUnreachableError(Exception):
    """The cache server does not answer, or did not a moment ago."""


class CacheBreaker:
    """Calls to the cache server for one purpose, in one process.

    ``loss`` says in the log what is lost while the server does not answer.
    """

    def __init__(self, logger: logging.Logger, loss: str) -> None:
        self._logger = logger
        self._loss = loss
        self.reset()

    def reset(self) -> None:
        """Forget that the server did not answer."""
        self._rests_until = 0.0

    def call(self, ask: Callable[[], T]) -> T:
        """Return what ``ask()`` returns.

        Raises CacheUnreachableError when the server does not answer, and for REST_SECONDS
        after that, in which ``ask`` is not called.
        """
        if time.monotonic() < self._rests_until:
            raise CacheUnreachableError
        try:
            return ask()
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            self._logger.warning("%s: %s", self._loss, error)
            raise CacheUnreachableError from error
