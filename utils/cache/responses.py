"""The response cache of the public catalogue.

An answer is kept under scheme, host, path, the query in its one spelling (CanonicalQuery) and
language, together with the *catalogue version* (catalogue_version.py), after whose change no old
answer counts any more. Entries also end by themselves after CATALOGUE_CACHE_SECONDS, which bounds
how far counters (stock, clicks) lag behind.

Each process has the answers that it gave last in its memory; behind them all processes share
those in Redis. Both count while the version is theirs, for which Redis is asked every time.

KeptAnswersMiddleware answers out of the process's memory, before anything looks at session and
address. What it does not find, CachedResponseMixin looks for: other spellings of a query, and what
another process has answered.

drf-extensions brings the storing; its stock mixin is not used, because it leaves host and
parameters out of the key and also keeps HTML and errors.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import ResolverMatch
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_extensions.cache.decorators import CacheResponse

from utils.cache.breaker import CacheBreaker, CacheUnreachableError
from utils.cache.catalogue_version import CACHE_ALIAS, catalogue_version
from utils.cache.kept_answers import KeptAnswer, KeptAnswers, OwnAnswer

logger = logging.getLogger(__name__)

# A longer query string is not a link of a client; it shall not fill the cache either.
MAX_QUERY_LENGTH = 500

# Answers that are not browsing share so many places: whatever is asked, and by however many,
# it takes no more memory than these.
OTHER_PLACES = 256

# What each process may keep of them in its own memory: twice the demo's browsing answers.
PROCESS_BYTES = 8 * 2**20

# What the clients (axios, fetch, curl) accept when they want JSON and no more than that.
PLAIN_JSON = {"*/*", "application/json", "application/json, text/plain, */*"}


@dataclass(frozen=True)
class CanonicalQuery:
    """What a request asks, in the one spelling that all requests for the same share.

    ``params`` holds parameters that the view knows and that differ from their defaults.
    ``is_browsing``: it is one of the limited number of questions that many ask. Others (searches,
    prices) have no end: their answers are kept in a limited number of places.
    """

    params: dict[str, str] = field(default_factory=dict)
    is_browsing: bool = True

    def encode(self) -> str:
        return urlencode(sorted(self.params.items()))


def format_alone(params: QueryDict) -> CanonicalQuery | None:
    """The query of a view that knows no parameters but DRF's ``format``."""
    asked = params.get("format")
    if asked not in (None, "", "json"):
        return None
    return CanonicalQuery({"format": asked} if asked else {})


@dataclass
class _Lookup:
    """One question, and the catalogue version when its answer was looked up."""

    question: tuple[str | None, ...]
    match: ResolverMatch
    is_browsing: bool
    # Read before the answer is made: an answer that a change overtakes is kept under the
    # version before the change, where nobody finds it.
    version: str | None = None

    @property
    def place(self) -> str:
        """Where the shared cache has the answer, or that of another question."""
        key = hashlib.md5(repr(self.question).encode()).hexdigest()
        return f"answer-{key}" if self.is_browsing else f"other-{int(key, 16) % OTHER_PLACES}"


class _VersionedCache:
    """The cache as CacheResponse uses it, with a _Lookup for a key.

    Raises CacheUnreachableError, at once while the server is known to be down.
    """

    def __init__(self) -> None:
        self.own = KeptAnswers(PROCESS_BYTES)

    def get(self, lookup: _Lookup) -> Any:
        if lookup.version is not None:
            return None  # looked up already, and not found
        lookup.version = catalogue_version()
        own = self.own.get(lookup.question)
        if own is not None and self._counts(own.kept, lookup.question, lookup.version):
            return own.kept.triple
        found = self._call(lambda cache: cache.get(lookup.place))
        if found is None:
            return None
        shared = KeptAnswer(*found)
        if not self._counts(shared, lookup.question, lookup.version):
            return None
        self._keep_own(shared, lookup)
        return shared.triple

    def get_own(self, question: Hashable) -> OwnAnswer | None:
        """Return what this process keeps and what counts; raises CacheUnreachableError."""
        own = self.own.get(question)
        if own is None or not self._counts(own.kept, question, catalogue_version()):
            return None
        return own

    def set(self, lookup: _Lookup, triple: Any, timeout: float) -> None:
        assert lookup.version is not None  # get() came before
        answer = KeptAnswer(lookup.version, lookup.question, time.time() + timeout, triple)
        self._keep_own(answer, lookup)
        self._call(lambda cache: cache.set(lookup.place, tuple(answer), timeout))

    def _keep_own(self, answer: KeptAnswer, lookup: _Lookup) -> None:
        if lookup.is_browsing:
            self.own.keep(OwnAnswer(answer, lookup.match))

    @staticmethod
    def _counts(answer: KeptAnswer, question: Hashable, version: str | None) -> bool:
        return (
            answer.version == version and answer.question == question and time.time() < answer.ends
        )

    def _call(self, do: Callable[[Any], Any]) -> Any:
        return breaker.call(lambda: do(caches[CACHE_ALIAS]))


breaker = CacheBreaker(logger, "response cache unreachable, going on without it")
_cache = _VersionedCache()


def forget_own_answers() -> None:
    """Drop what this process keeps in its memory: for tests."""
    _cache.own.clear()


class _CachedCatalogue(CacheResponse):
    """Keeps whole JSON answers of a public view's GET, and answers 304 to their ETag."""

    def __init__(self) -> None:
        super().__init__(cache=CACHE_ALIAS, cache_errors=False)
        self.cache = _cache

    def __call__(self, func: Any) -> Any:
        method = super().__call__(func)
        method.is_cached = True
        return method

    def calculate_timeout(self, view_instance: Any, **kwargs: Any) -> int:
        return int(settings.CATALOGUE_CACHE_SECONDS)

    def calculate_key(self, view_instance: Any, request: Any, **kwargs: Any) -> _Lookup:
        return self._lookup(getattr(request, "_request", request))

    @staticmethod
    def _lookup(request: Any) -> _Lookup:
        lookup: _Lookup | None = getattr(request, "_catalogue_lookup", None)
        if lookup is None:
            lookup = request._catalogue_lookup = _Lookup(
                _question(request), request.resolver_match,
                is_browsing=request._catalogue_query.is_browsing,
            )  # fmt: skip
        return lookup

    def own_answer(self, request: HttpRequest) -> HttpResponse | None:
        """Return the answer that this process keeps for a plain JSON request, or None."""
        if not (settings.CATALOGUE_CACHE_SECONDS and _is_plain_json(request)):
            return None
        with suppress(CacheUnreachableError):
            if own := self.cache.get_own(_question(request)):
                request.resolver_match = own.match
                return _response(request, own.kept.triple)
        return None

    def kept_answer(self, request: HttpRequest) -> HttpResponse | None:
        """Return the answer that is kept for a plain JSON request, or None.

        For the moment before DRF looks at the request, which costs more than answering.
        """
        if (
            not self._is_cacheable(request)
            or not _is_plain_json(request)
            or "format" in request._catalogue_query.params  # type: ignore[attr-defined]
        ):
            return None
        with suppress(CacheUnreachableError):
            if kept := self.cache.get(self._lookup(request)):
                return _response(request, kept)
        return None

    def process_cache_response(
        self, view_instance: Any, view_method: Any, request: Request, args: Any, kwargs: Any
    ) -> HttpResponseBase:
        # Not the browsable API, and not JSON with an indent of somebody's wish.
        is_plain_json = request.accepted_media_type == "application/json"
        if not (is_plain_json and self._is_cacheable(request)):
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
        return _unless_unchanged(request._request, response)

    @staticmethod
    def _is_cacheable(request: HttpRequest | Request) -> bool:
        http_request = getattr(request, "_request", request)
        return getattr(http_request, "_catalogue_query", None) is not None


def _question(request: HttpRequest) -> tuple[str | None, ...]:
    """Return what an answer is kept under."""
    return (
        request.scheme, request.get_host(), request.path, request.META.get("QUERY_STRING", ""),
        get_language(),
    )  # fmt: skip


def _is_plain_json(request: HttpRequest) -> bool:
    return request.method == "GET" and request.META.get("HTTP_ACCEPT", "*/*") in PLAIN_JSON


def _response(request: HttpRequest, triple: Any) -> HttpResponse:
    content, status, headers = triple
    response = HttpResponse(content, status=status, headers=dict(headers.values()))
    return _unless_unchanged(request, response)


def _set_validators(response: Response) -> None:
    response.headers["ETag"] = f'"{hashlib.md5(response.content).hexdigest()}"'
    # Browsers may keep the answer but must ask whether it is still true.
    response.headers["Cache-Control"] = "no-cache"


def _unless_unchanged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return ``response``, or 304 when the client has it already."""
    if "HTTP_IF_NONE_MATCH" not in request.META or (etag := response.headers.get("ETag")) is None:
        return response
    conditional = get_conditional_response(request, etag=etag, response=response)
    return conditional or response


# Decorates ``list`` or ``retrieve`` of a public view of the catalogue.
cached_catalogue = _CachedCatalogue()


class KeptAnswersMiddleware:
    """Answers what this process keeps, as it is asked in its one spelling.

    Stands behind all that adds to every answer, and before all that costs time and adds nothing to
    answers that are the same for everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return cached_catalogue.own_answer(request) or self.get_response(request)


class CachedResponseMixin:
    """A view that answers from the cache before DRF looks at the request.

    ``catalogue_query`` returns the one spelling of a query, or None for one whose answer is not
    to be kept. The request goes on with that spelling: so what is kept, and the links in it, do
    not depend on who asked first.
    """

    catalogue_query: Callable[[QueryDict], CanonicalQuery | None] = staticmethod(format_alone)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        handler = getattr(self, (request.method or "").lower(), None)
        if getattr(handler, "is_cached", False) and request.method == "GET":
            self._rewrite(request)
            kept = cached_catalogue.kept_answer(request)
            if kept is not None:
                return kept
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def _rewrite(self, request: HttpRequest) -> None:
        text = request.META.get("QUERY_STRING", "")
        if not settings.CATALOGUE_CACHE_SECONDS or len(text) > MAX_QUERY_LENGTH:
            return
        query = self.catalogue_query(request.GET) if text else CanonicalQuery()
        if query is None:
            return
        if (spelling := query.encode()) != text:
            request.META["QUERY_STRING"] = spelling
            request.GET = QueryDict(spelling)  # type: ignore[assignment]
        request._catalogue_query = query  # type: ignore[attr-defined]
