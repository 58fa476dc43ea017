"""Middleware for requests that Django answers otherwise than it should."""

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware import common
from django.utils import translation
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

# What the language of an answer hangs on; "Accept" is among what DRF's answers vary on.
VARY = "Accept-Language, imooc"
AXIOS_ACCEPT = "application/json, text/plain, */*"


class LanguageMiddleware:
    """Answers in the language that ``Accept-Language`` asks for, else in LANGUAGE_CODE.

    Django's LocaleMiddleware also reads a cookie, which no page of the shop sets, keeps the
    language active after the request, and adds the headers to files. This middleware comes first,
    because the ones behind it refuse requests with a text too.

    The pages of the published Vue clients are in Chinese whatever the browser's language is, and
    show the shop's texts as they are: they get Chinese (_is_published_client).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        header = request.META.get("HTTP_ACCEPT_LANGUAGE")
        asked = asked_language(header) if header else None
        if asked and _is_published_client(request, header or ""):
            asked = None
        with translation.override(asked) if asked else nullcontext():
            response = self.get_response(request)
            if not response.streaming:  # a file reads the same in every language
                _add_language_headers(response, asked or settings.LANGUAGE_CODE)
        return response


def _is_published_client(request: HttpRequest, accept_language: str) -> bool:
    """Say whether a request is one of the published clients', which do not choose a language.

    Some mark their requests with a header named ``imooc``; all of them ask as axios does by
    default. A client that is made with axios and is in English asks for exactly ``en``, which
    no browser sends by itself.
    """
    if "HTTP_IMOOC" in request.META:
        return True
    return request.META.get("HTTP_ACCEPT") == AXIOS_ACCEPT and accept_language != "en"


def _add_language_headers(response: HttpResponseBase, language: str) -> None:
    vary = response.headers.get("Vary")
    # patch_vary_headers() does the same at three times the cost, with every answer of the cache.
    response.headers["Vary"] = f"{vary}, {VARY}" if vary else VARY
    response.headers["Content-Language"] = language


def asked_language(header: str) -> str | None:
    """Return the first language of an ``Accept-Language`` that the shop has, or None."""
    for code, weight in parse_accept_lang_header(header.lower()):
        if code == "*":
            return None
        try:
            if weight:
                return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return None


class PermanentRedirectKeepingMethod(HttpResponsePermanentRedirect):
    """RFC 9110 §15.4.9: unlike after 301, the client repeats the same method and body."""

    status_code = 308


class CommonMiddleware(common.CommonMiddleware):
    """Django's own, except for a POST, PUT, PATCH or DELETE to a path without its final slash.

    Django answers 500 under DEBUG and otherwise 301, after which browsers send an empty
    GET. Here the client is told to send the same request to the right path.

    And under DEBUG a path that does not exist is JSON, as it is in production: Django's page for
    developers is for who asks for HTML.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (
            response.status_code == 404
            and request.method not in ("GET", "HEAD", "OPTIONS")
            and self.should_redirect_with_slash(request)
        ):
            path = request.get_full_path(force_append_slash=True)
            return PermanentRedirectKeepingMethod(escape_leading_slashes(path))
        if settings.DEBUG and _is_unwanted_page(request, response):
            return JsonResponse(
                {"detail": _("Not found.")}, status=404, json_dumps_params={"ensure_ascii": False}
            )
        return super().process_response(request, response)  # type: ignore[arg-type]


def _is_unwanted_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    is_wanted = "text/html" in request.headers.get("Accept", "")
    return response.status_code == 404 and is_page and not is_wanted


class TooLargeNumberMiddleware:
    """400 for a number that no column of any table can hold, such as one in an admin filter.

    MariaDB finds no row with it; SQLite's driver does not even ask, and raises.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OverflowError) or "SQLite INTEGER" not in str(exception):
            return None
        return JsonResponse({"detail": _("Bad request.")}, status=400)


STAFF_PATHS = ("/admin/", "/ckeditor5/")


def request_limit(request: HttpRequest) -> int:
    """Return how many bytes a request may bring.

    A session opens the administration's paths for pictures; whose it is, is asked later.
    """
    is_staffs = request.path.startswith(STAFF_PATHS)
    if is_staffs and settings.SESSION_COOKIE_NAME in request.COOKIES:
        return int(settings.STAFF_REQUEST_MAX_BYTES)
    return int(settings.REQUEST_MAX_BYTES)


class RequestSizeMiddleware:
    """Refuses a request that announces more than it may bring, before anybody reads it.

    nginx does the same (client_max_body_size in deploy/nginx.conf); this is for a shop without
    one in front of it. Without a Content-Length there is no body: WSGI has no other.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and (len(length) > 20 or int(length) > request_limit(request)):
            return JsonResponse(
                {"detail": _("The request is too large.")},
                status=413,
                json_dumps_params={"ensure_ascii": False},
            )
        return self.get_response(request)
