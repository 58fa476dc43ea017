"""The one exception handler of the API: it makes an answer of every refusal."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, views
from rest_framework.response import Response

from .errors import DomainError
from .outages import outage_answer

logger = logging.getLogger(__name__)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into an answer of the contract's shape.

    An outage of the database is 503 (outages.py). The rest is like DRF's own, but a missing
    object says no more than that it is missing: DRF would pass on Django's English text, which
    names the model. And what Django refuses to read (a body too long, too many fields) is 400
    in JSON: its own page for developers reads the fields again, and fails.
    """
    if isinstance(exc, DomainError):
        return _refusal(exc, context)
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


def _refusal(error: DomainError, context: dict[str, Any]) -> Response:
    views.set_rollback()
    headers = {} if error.wait is None else {"Retry-After": str(error.wait)}
    if error.status == 401:
        headers["WWW-Authenticate"] = context["view"].get_authenticate_header(context["request"])
    response = Response(error.body(), status=error.status, headers=headers)
    if error.status >= 500:
        # Refused on purpose: a warning instead of Django's ERROR line, which would be an alarm.
        request = context["request"]
        logger.warning(
            "%s %s answered %d: %s",
            request.method, ascii(request.path), error.status, type(error).__name__,
        )  # fmt: skip
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response
