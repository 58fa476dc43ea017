"""How many requests somebody may make, counted in the shared cache.

Rates are ``THROTTLE_RATES`` of the settings, by scope: ``"30/min"``, or ``"off"``. A window
begins at a round time (for ``min`` at the full minute), so that one counter and one round
trip to the cache are enough; across the border of two windows twice the rate can pass.

When the cache does not answer, GeneralThrottle lets everybody in, because a dead cache must
not close the shop, and ScopedThrottle nobody, because a code that can be guessed without a
limit is not a code: those few views answer 503 until the cache is back. A view that has a limit
of another kind says so by ``throttle_fails_open``.
"""

import math
import time
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from utils.api.errors import ServiceUnavailable
from utils.cache.breaker import CacheUnreachableError
from utils.limits.client_address import client_address
from utils.limits.counters import counter_add
from utils.limits.rates import parse_rate


class RequestCount(NamedTuple):
    allowed: bool
    wait: int | None  # seconds until the window ends


def count_request(*, scope: str, who: str) -> RequestCount:
    """Count one request of ``who`` in ``scope`` and say whether it may pass.

    Raises CacheUnreachableError when the cache does not answer.
    """
    rate = parse_rate(settings.THROTTLE_RATES[scope])
    if rate is None:
        return RequestCount(allowed=True, wait=None)
    now = time.time()
    window = int(now // rate.seconds)
    count = counter_add(key=f"throttle:{scope}:{who}:{window}", seconds=rate.seconds)
    wait = math.ceil((window + 1) * rate.seconds - now)
    return RequestCount(allowed=count <= rate.requests, wait=max(1, wait))


def count_address(request: Request | HttpRequest, *, scope: str) -> RequestCount:
    """Count a request by its address in ``scope``; asked again, do not count anew.

    Raises CacheUnreachableError when the cache does not answer.
    """
    http_request: Any = getattr(request, "_request", request)
    counts: dict[str, RequestCount] = http_request.__dict__.setdefault("throttle_counts", {})
    if scope not in counts:
        counts[scope] = count_request(scope=scope, who=f"address:{client_address(request)}")
    return counts[scope]


class _Throttle(BaseThrottle):
    """Subclasses give ``count()``.

    DRF asks every throttle, even when one has refused already. What is refused was not done,
    and costs no limit but the one that refused it: the others are not counted then.
    """

    _wait: int | None = None

    def wait(self) -> float | None:
        return self._wait

    def allow_request(self, request: Request, view: Any) -> bool:
        http_request: Any = request._request
        if getattr(http_request, "is_throttled", False):
            return True
        counted = self.count(request, view)
        if counted is None or counted.allowed:
            return True
        http_request.is_throttled = True
        self._wait = counted.wait
        return False

    def count(self, request: Request, view: Any) -> RequestCount | None:
        """Count the request; None: it does not concern this throttle."""
        raise NotImplementedError


class GeneralThrottle(_Throttle):
    """Every view: an account's requests under ``user``, an address's under ``anon``."""

    def count(self, request: Request, view: Any) -> RequestCount | None:
        user = request.user
        try:
            if user is not None and user.is_authenticated:
                return count_request(scope="user", who=f"user:{user.pk}")
            return count_address(request, scope="anon")
        except CacheUnreachableError:
            return None


class CallerThrottle(_Throttle):
    """One kind of request, by the account that makes it; let pass when the cache is dead.

    Subclasses name the ``scope``.
    """

    scope = ""

    def count(self, request: Request, view: Any) -> RequestCount | None:
        try:
            return count_request(scope=self.scope, who=f"user:{request.user.pk}")
        except CacheUnreachableError:
            return None


class SearchThrottle(_Throttle):
    """Requests with a search, by address; let pass when the cache is dead.

    A search reads what no index has, and no two of them are the same.
    """

    scope = "search"

    def count(self, request: Request, view: Any) -> RequestCount | None:
        if not request.query_params.get("search"):
            return None
        try:
            return count_address(request, scope=self.scope)
        except CacheUnreachableError:
            return None


class ScopedThrottle(_Throttle):
    """Views with a ``throttle_scope``: by address, whoever is logged in."""

    def count(self, request: Request, view: Any) -> RequestCount | None:
        scope: str | None = getattr(view, "throttle_scope", None)
        if scope is None:
            return None
        try:
            return count_address(request, scope=scope)
        except CacheUnreachableError as error:
            if getattr(view, "throttle_fails_open", False):
                return None
            raise ServiceUnavailable from error
