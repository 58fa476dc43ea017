"""What a client is told while the database, the disk or the bucket says "not now": 503."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from utils.db.gate import gate
from utils.db.outages import is_outage
from utils.storage.failures import StoreAwayError, StoreRefusedError
from utils.uploads.disk import is_disk_full

logger = logging.getLogger(__name__)

UNAVAILABLE = _("The service is temporarily unavailable, please try again later.")
RETRY_AFTER = 5  # seconds

PAGE = '<!doctype html><meta charset="utf-8"><title>{text}</title><p>{text}</p>'


class OutageMiddleware:
    """Answers what views raise in an outage, and surrounds the request for the gate.

    API views get their answer from utils.api.exception_handler, and what another
    middleware raises gets it from ``handler500``: Django lets no exception of a middleware
    reach the next.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with gate.request():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return outage_page(request, exception)


def outage_page(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """Return the answer of a page or plain view; None unless ``error`` is an outage."""
    if not _is_passing(error):
        return None
    text = str(UNAVAILABLE)
    response: HttpResponse
    if _is_for_staff(request):
        response = HttpResponse(format_html(PAGE, text=text), status=503)
    else:
        response = JsonResponse(
            {"detail": text}, status=503, json_dumps_params={"ensure_ascii": False}
        )
    _finish(request, response, error)
    return response


def outage_answer(request: Any, error: BaseException) -> Response | None:
    """Return the answer of an API view; None unless ``error`` is an outage."""
    if not _is_passing(error):
        return None
    response = Response({"detail": UNAVAILABLE}, status=503)
    _finish(request, response, error)
    return response


def _is_passing(error: BaseException | None) -> bool:
    # A store that refuses is a setting that staff mend; /readyz/ and an alarm tell them.
    is_store = isinstance(error, StoreAwayError | StoreRefusedError)
    return is_outage(error) or is_disk_full(error) or is_store


def _finish(request: Any, response: Any, error: BaseException | None) -> None:
    response.headers["Retry-After"] = str(RETRY_AFTER)
    # One line, and no trace: an outage has one cause and as many requests as there are clients.
    # Django's own line would be an ERROR with each.
    logger.warning("%s %s answered 503: %s", request.method, ascii(request.path), error)
    response._has_been_logged = True


def _is_for_staff(request: HttpRequest) -> bool:
    try:
        return request.path.startswith(reverse("admin:index"))
    except NoReverseMatch:
        return False
