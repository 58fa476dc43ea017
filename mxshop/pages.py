"""Pages outside of the API: the storefront, health, and the answers to errors."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mxshop.health import can_serve, health_read
from mxshop.storefront.headers import START_PAGE_POLICY, page_policy
from mxshop.storefront.state import places, storefront_state
from utils.api.outages import outage_page

from .media import serve_from
from .staff_errors import is_for_staff, staff_error


@require_safe
def index(request: HttpRequest, path: str = "") -> HttpResponse | FileResponse:
    """The storefront: a built single-page shop, or a start page where there is none.

    With FRONTEND_DIR set, ``/index/`` is its index.html and ``/index/<path>`` its files,
    because the page asks for some of them relatively. Otherwise it is the shop's own front,
    whose files are below ``/static/shop/``.
    """
    folder: Path | None = settings.FRONTEND_DIR
    if folder is not None:
        return serve_from(folder, path, request) if path else _page(folder / "index.html")
    if path:
        raise Http404
    state = storefront_state()
    if state.page is not None:
        policy = page_policy(settings.MEDIA_S3.picture_sources)
        return _page(state.page, {"Content-Security-Policy": policy})
    page = render(
        request, "mxshop/start.html", {"state": state, "log": places().log, "watch": settings.DEBUG}
    )
    page["Cache-Control"] = "no-store"
    page["Content-Security-Policy"] = START_PAGE_POLICY
    return page


def _page(file: Path, headers: dict[str, str] | None = None) -> HttpResponse:
    try:
        page = file.read_bytes()
    except OSError as error:
        raise Http404 from error
    # A new build must show at once: only the files it names may be kept.
    return HttpResponse(
        page, content_type="text/html", headers={"Cache-Control": "no-cache"} | (headers or {})
    )


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can serve, or 503; and how each part does (mxshop/health.py)."""
    health = health_read()
    is_ready = can_serve(health)
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", **health}, status=200 if is_ready else 503
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_staff(request):
        return staff_error(request, 404)
    return _detail(_("Not found."), 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_staff(request):
        return staff_error(request, 400)
    return _detail(_("Bad request."), 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_staff(request):
        return staff_error(request, 403)
    return _detail(_("You do not have permission to perform this action."), 403)


def server_error(request: HttpRequest) -> HttpResponse:
    # What a middleware raised (a session that cannot be saved) was not seen by OutageMiddleware.
    outage = outage_page(request, sys.exc_info()[1])
    if outage is None and is_for_staff(request):
        return staff_error(request, 500)
    return outage or _detail(_("A server error occurred."), 500)


def _detail(text: str, status: int) -> JsonResponse:
    body: dict[str, Any] = {"detail": text}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
