"""Refusals, and the one exception handler that makes answers of them.

A service refuses with a subclass of DomainError. Views do not translate exceptions one by one:
the handler turns every DomainError into the answer that the contract asks for.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from utils.api.outages import RETRY_AFTER, UNAVAILABLE, outage_answer


class DomainError(Exception):
    """A request that is well-formed and cannot be done; nothing was changed.

    Subclasses set ``message`` (translated, the contract's text), ``field`` and ``status``. The
    answer is ``{field: [message]}``, or ``{"detail": message}`` when ``field`` is None. An
    instance may replace ``message`` and ``field`` where they depend on the request, and give
    ``wait``, seconds that are sent as Retry-After.
    """

    status: int = 400
    field: str | None = None
    message: Any = _("The request cannot be carried out.")
    wait: int | None = None

    def __init__(
        self, message: Any = None, *, field: str | None = None, wait: int | None = None
    ) -> None:
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        if wait is not None:
            self.wait = wait
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON; a subclass may say more than one text."""
        text = str(self.message)
        return {"detail": text} if self.field is None else {self.field: [text]}


class RequestRefused(exceptions.APIException):
    """A request that is well-formed and cannot be done now: 400 with ``{"detail": text}``."""

    status_code = 400
    default_code = "refused"


class ServiceUnavailable(exceptions.APIException):
    """Something the shop depends on does not answer; the client may try again soon."""

    status_code = 503
    default_detail = UNAVAILABLE
    default_code = "unavailable"
    wait = RETRY_AFTER


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into an answer of the contract's shape.

    An outage of the database is 503 (outages.py). The rest is like DRF's own, but a missing
    object says no more than that it is missing: DRF would pass on Django's English text, which
    names the model. And what Django refuses to read (a body too long, too many fields) is 400
    in JSON: its own page for developers reads the fields again, and fails.
    """
    from rest_framework import views  # loads the throttles, which import this module

    if isinstance(exc, DomainError):
        return _refusal(exc)
    if (answer := outage_answer(context["request"], exc)) is not None:
        views.set_rollback()
        return answer
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, SuspiciousOperation):
        exc = exceptions.ParseError(_("Bad request."))
    return views.exception_handler(exc, context)


def _refusal(error: DomainError) -> Response:
    from rest_framework import views

    views.set_rollback()
    headers = {} if error.wait is None else {"Retry-After": str(error.wait)}
    return Response(error.body(), status=error.status, headers=headers)
