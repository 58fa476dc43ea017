"""The catalogue version: a random word that is replaced when a change of the catalogue commits.

Whatever a process keeps of the catalogue, it keeps under the version that held before it was
read, and shows it only while that is the version still. The version is in the cache
``responses``. In Redis, all processes on all machines share it, and each asks for it with every
request: so an edit shows on the next request, whoever answers that.

A process that cannot reach Redis does not know what it misses, and others do not learn of its
edits. It keeps nothing then, and replaces the version as soon as Redis answers again.
"""

import logging
import os
import threading
import time
import uuid
from typing import Any

from django.core.cache import caches
from django.db import transaction
from redis.exceptions import RedisError

from utils.cache.breaker import CacheUnreachableError
from utils.cache.redis import RedisCache

logger = logging.getLogger(__name__)

CACHE_ALIAS = "responses"
VERSION_KEY = "catalogue-version"

# How often a process that has lost Redis tries to reach it.
RETRY_SECONDS = 0.5


class _CatalogueVersion:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget that Redis did not answer."""
        # The process that lost it: a child that is forked from it has no thread that retries.
        self._lost_by = 0
        self._owed = 0

    @property
    def is_lost(self) -> bool:
        return self._lost_by == os.getpid()

    def read(self) -> str:
        if self.is_lost:
            raise CacheUnreachableError
        try:
            return _ask()
        except (RedisError, OSError) as error:
            self._lose()
            raise CacheUnreachableError from error

    def replace(self) -> None:
        with self._lock:
            if self.is_lost:
                self._owed += 1
                return
        try:
            _write()
        except (RedisError, OSError):
            self._lose()

    def _lose(self) -> None:
        with self._lock:
            self._owed += 1
            if self.is_lost:
                return
            self._lost_by = os.getpid()
        threading.Thread(target=self._regain, name="catalogue-version", daemon=True).start()

    def _regain(self) -> None:
        is_told = False
        while self.is_lost:
            owed = self._owed
            try:
                _write()
            except (RedisError, OSError) as error:
                if not is_told:
                    logger.warning("response cache unreachable, going on without it: %s", error)
                is_told = True
                time.sleep(RETRY_SECONDS)
                continue
            with self._lock:
                if self._owed == owed:  # no edit since then, which this would not count for
                    self._lost_by = 0


_version = _CatalogueVersion()


def catalogue_version() -> str:
    """Return the word under which the catalogue is kept now; raises CacheUnreachableError."""
    return _version.read()


def shared_catalogue_version() -> str | None:
    """Return the catalogue version where all processes have the same; None where they do not.

    They do not without Redis, or while it does not answer.
    """
    if not isinstance(caches[CACHE_ALIAS], RedisCache):
        return None
    try:
        return _version.read()
    except CacheUnreachableError:
        return None


def catalogue_changed() -> None:
    """Make all that is kept of the catalogue old as soon as the current transaction commits."""
    transaction.on_commit(_version.replace)


def forget_loss() -> None:
    """Ask the cache again at once, though it did not answer a moment ago: for tests."""
    _version.reset()


def _ask() -> str:
    cache: Any = caches[CACHE_ALIAS]
    if not isinstance(cache, RedisCache):
        kept: str = cache.get_or_set(VERSION_KEY, _new_version, None)
        return kept
    ask = cache.packed_get(VERSION_KEY)
    version = ask()
    if version is None:
        cache.add(VERSION_KEY, _new_version(), None)
        version = ask() or b""
    return version.hex()  # of the bytes in which Django's cache keeps the word


def _write() -> None:
    caches[CACHE_ALIAS].set(VERSION_KEY, _new_version(), None)


def _new_version() -> str:
    return uuid.uuid4().hex
