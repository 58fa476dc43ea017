"""The one exception handler of the API."""

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, views
from rest_framework.response import Response


class RequestRefused(exceptions.APIException):
    """A request that is well-formed and cannot be done now: 400 with ``{"detail": text}``."""

    status_code = 400
    default_code = "refused"


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into an answer of the contract's shape.

    Like DRF's own, but a missing object says no more than that it is missing: DRF would
    pass on Django's English text, which names the model. And what Django refuses to read
    (a body too long, too many fields) is 400 in JSON: its own page for developers reads the
    fields again, and fails.
    """
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, SuspiciousOperation):
        exc = exceptions.ParseError(_("Bad request."))
    return views.exception_handler(exc, context)
