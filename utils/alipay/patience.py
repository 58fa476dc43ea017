"""How long, and how often, a process waits for the gateway.

* **Time budget.** Every call has one. All calls inside ``gateway_patience()`` share one, which
  begins with the first of them: two slow calls take no longer than one.
* **Guard.** Inside ``gateway_patience(guard=...)``, only so many calls wait at once; another one
  is refused at once, so that a process always has threads left for other requests. After some
  calls in a row without an answer, calls are refused at once for some seconds; then one call
  tries, and its answer opens the line again.

Web requests are guarded (GatewayPatienceMiddleware). Background work is not: it counts its
own silences (utils/db/shared_work.py), and nobody waits for it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .errors import AlipayNotAskedError, AlipayUnreachableError

MAX_FAILURES = 3  # calls in a row without an answer, after which the guard refuses calls


class TimeBudget:
    """A moment of the monotonic clock, ``seconds`` after the first look at it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end: float | None = None

    def left(self) -> float:
        """Return the seconds that are left, at least 0.

        The first look starts the clock.
        """
        if self._end is None:
            self._end = time.monotonic() + self._seconds
        return max(0.0, self._end - time.monotonic())


class GatewayGuard:
    """Bounds the calls of one process; safe to use from any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything that was seen of the gateway."""
        with self._lock:
            self._waiting = 0
            self._failures = 0
            self._closed_until = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wrap one call. Raises AlipayNotAskedError when the call must not be made now.

        AlipayUnreachableError from inside counts as a silence, all else as an answer.
        """
        self._enter()
        is_silent = False
        try:
            yield
        except AlipayUnreachableError:
            is_silent = True
            raise
        finally:
            self._leave(is_silent=is_silent)

    def _enter(self) -> None:
        with self._lock:
            if self._waiting >= settings.GATEWAY_CALLS_AT_ONCE:
                raise AlipayNotAskedError("too many requests wait for the gateway already")
            # After the rest, one trial at a time.
            is_resting = self._waiting or time.monotonic() < self._closed_until
            if self._failures >= MAX_FAILURES and is_resting:
                raise AlipayNotAskedError("the gateway was silent a moment ago")
            self._waiting += 1

    def _leave(self, *, is_silent: bool) -> None:
        with self._lock:
            # reset() may have come between.
            self._waiting = max(0, self._waiting - 1)
            self._failures = self._failures + 1 if is_silent else 0
            if self._failures >= MAX_FAILURES:
                self._closed_until = time.monotonic() + settings.GATEWAY_REST_SECONDS


guard = GatewayGuard()


@dataclass(frozen=True)
class _Patience:
    budget: TimeBudget
    guard: GatewayGuard | None = None
    # The one around it: an inner one may not wait longer than that.
    outer: "_Patience | None" = field(default=None, repr=False)

    def left(self) -> float:
        own = self.budget.left()
        return own if self.outer is None else min(own, self.outer.left())


_current: ContextVar[_Patience | None] = ContextVar("gateway_patience", default=None)


@contextmanager
def gateway_patience(
    seconds: float | None = None, *, guard: GatewayGuard | None = None
) -> Iterator[None]:
    """Let all calls of the gateway inside share one time budget (GATEWAY_SECONDS by default)."""
    outer = _current.get()
    patience = _Patience(
        TimeBudget(settings.GATEWAY_SECONDS if seconds is None else seconds),
        guard or (outer.guard if outer else None),
        outer,
    )
    token = _current.set(patience)
    try:
        yield
    finally:
        _current.reset(token)


def gateway_seconds_left() -> float:
    """Return how long the next call may take: 0 when the shared time budget is used up."""
    patience = _current.get()
    return settings.GATEWAY_SECONDS if patience is None else patience.left()


@contextmanager
def gateway_call() -> Iterator[Callable[[], float]]:
    """Wrap one call of the gateway; gives a function that returns the seconds it has left.

    Raises AlipayNotAskedError when the time is over, or the guard refuses the call.
    """
    patience = _current.get() or _Patience(TimeBudget(settings.GATEWAY_SECONDS))
    if not patience.left():
        raise AlipayNotAskedError("the time for the gateway is over")
    if patience.guard is None:
        yield patience.left
        return
    with patience.guard.call():
        yield patience.left


class GatewayPatienceMiddleware:
    """All calls of the gateway of one request share one time budget, and the process's guard."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with gateway_patience(guard=guard):
            return self.get_response(request)
