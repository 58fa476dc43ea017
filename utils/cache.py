"""The response cache of the public catalogue.

An answer is kept under scheme, host, full path with every query parameter, language and
the *catalogue version*, a random word that is replaced when a change of the catalogue
commits: from then on, no old answer can be found any more. Entries also end by themselves
after CATALOGUE_CACHE_SECONDS, which bounds how far counters (stock, clicks) lag behind.

drf-extensions brings the key constructor and the storing; its stock mixin is not used,
because it leaves host and parameters out of the key and also keeps HTML and errors.
"""

import hashlib
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_extensions.cache.decorators import CacheResponse
from rest_framework_extensions.key_constructor.bits import KeyBitBase, LanguageKeyBit
from rest_framework_extensions.key_constructor.constructors import KeyConstructor

logger = logging.getLogger(__name__)

CACHE_ALIAS = "responses"
VERSION_KEY = "catalogue-version"

# A longer query string is no link of a client; it shall not fill the cache either.
MAX_QUERY_LENGTH = 500

# How long a process leaves a cache alone that did not answer.
REST_SECONDS = 5.0


class CacheUnreachableError(Exception):
    """The cache server does not answer; the shop goes on without it."""


class _ForgivingCache:
    """The cache, or CacheUnreachableError at once while it is known to be down."""

    def __init__(self) -> None:
        self._rests_until = 0.0

    def get(self, key: str) -> Any:
        return self._call(lambda cache: cache.get(key))

    def get_or_set(self, key: str, default: Callable[[], Any], timeout: float | None) -> Any:
        return self._call(lambda cache: cache.get_or_set(key, default, timeout))

    def set(self, key: str, value: Any, timeout: float | None) -> None:
        self._call(lambda cache: cache.set(key, value, timeout))

    def _call(self, do: Callable[[Any], Any]) -> Any:
        if time.monotonic() < self._rests_until:
            raise CacheUnreachableError
        try:
            return do(caches[CACHE_ALIAS])
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            logger.warning("response cache unreachable, going on without it: %s", error)
            raise CacheUnreachableError from error


_cache = _ForgivingCache()


def _new_version() -> str:
    return uuid.uuid4().hex


def catalogue_version() -> str:
    """Return the word under which current answers are kept; raises CacheUnreachableError."""
    version: str = _cache.get_or_set(VERSION_KEY, _new_version, None)
    return version


def catalogue_changed() -> None:
    """Make every cached answer old as soon as the current transaction commits."""
    transaction.on_commit(_replace_version)


def _replace_version() -> None:
    # Unreachable: logged, and entries end by themselves after CATALOGUE_CACHE_SECONDS.
    with suppress(CacheUnreachableError):
        _cache.set(VERSION_KEY, _new_version(), None)


class _AddressKeyBit(KeyBitBase):
    """Scheme, host, path and every query parameter, repeated ones too."""

    def get_data(self, params: Any, request: Request, **kwargs: Any) -> str:
        return str(request.build_absolute_uri())


class _VersionKeyBit(KeyBitBase):
    def get_data(self, **kwargs: Any) -> str:
        return catalogue_version()


class CatalogueKeyConstructor(KeyConstructor):
    address = _AddressKeyBit()
    language = LanguageKeyBit()
    version = _VersionKeyBit()


class _CachedCatalogue(CacheResponse):
    """Keeps whole JSON answers of a public view's GET, and answers 304 to their ETag."""

    def __init__(self) -> None:
        super().__init__(key_func=CatalogueKeyConstructor(), cache=CACHE_ALIAS, cache_errors=False)
        self.cache = _cache

    def calculate_timeout(self, view_instance: Any, **kwargs: Any) -> int:
        return int(settings.CATALOGUE_CACHE_SECONDS)

    def process_cache_response(
        self, view_instance: Any, view_method: Any, request: Request, args: Any, kwargs: Any
    ) -> HttpResponseBase:
        if not self._is_cacheable(request):
            uncached: HttpResponseBase = view_method(view_instance, request, *args, **kwargs)
            return uncached
        answers: list[Response] = []

        def view_method_with_etag(*method_args: Any, **method_kwargs: Any) -> Response:
            response: Response = view_method(*method_args, **method_kwargs)
            response.add_post_render_callback(_set_validators)
            answers.append(response)
            return response

        response: HttpResponse
        try:
            response = super().process_cache_response(
                view_instance, view_method_with_etag, request, args, kwargs
            )
        except CacheUnreachableError:
            # Before the view ran, or between its answer and keeping that.
            response = answers[0] if answers else view_method_with_etag(
                view_instance, request, *args, **kwargs
            )  # fmt: skip
        if (etag := response.headers.get("ETag")) is None:
            return response
        answer = get_conditional_response(request._request, etag=etag, response=response)
        assert answer is not None
        return answer

    @staticmethod
    def _is_cacheable(request: Request) -> bool:
        return (
            request.method == "GET"
            # Not the browsable API, and not JSON with an indent of somebody's wish.
            and request.accepted_media_type == "application/json"
            and settings.CATALOGUE_CACHE_SECONDS > 0
            and len(request.META.get("QUERY_STRING", "")) <= MAX_QUERY_LENGTH
        )


def _set_validators(response: Response) -> None:
    response.headers["ETag"] = f'"{hashlib.md5(response.content).hexdigest()}"'
    # Browsers may keep the answer but must ask whether it is still true.
    response.headers["Cache-Control"] = "no-cache"


# Decorates ``list`` or ``retrieve`` of a public view of the catalogue.
cached_catalogue = _CachedCatalogue()
