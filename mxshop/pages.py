"""Pages outside of the API: the storefront, media, health, and the answers to errors."""

import mimetypes
import posixpath
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve
from redis.exceptions import RedisError

from utils.api.outages import outage_page


@require_safe
def index(request: HttpRequest, path: str = "") -> HttpResponse | FileResponse:
    """The storefront: a built single-page shop, or a start page where there is none.

    With FRONTEND_DIR set, ``/index/`` is its index.html and ``/index/<path>`` its files,
    because the page asks for some of them relatively.
    """
    folder: Path | None = settings.FRONTEND_DIR
    if folder is None:
        if path:
            raise Http404
        return render(request, "mxshop/start.html")
    if path:
        return _serve_from(folder, path, request)
    try:
        page = (folder / "index.html").read_bytes()
    except OSError as error:
        raise Http404 from error
    # A new build must show at once: only the files it names may be kept.
    return HttpResponse(page, content_type="text/html", headers={"Cache-Control": "no-cache"})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """An uploaded file. nginx answers this in production (deploy/nginx.conf)."""
    response = _serve_from(Path(settings.MEDIA_ROOT), path, request)
    content_type, _encoding = mimetypes.guess_type(path)
    if not (content_type or "").startswith("image/") or content_type == "image/svg+xml":
        # A file that is not a picture could run as a page of the shop.
        response["Content-Disposition"] = "attachment"
    if posixpath.normpath(path).lstrip("/").startswith("messages/"):
        # A buyer's file: always a download, and no business of any shared cache.
        response["Content-Disposition"] = "attachment"
        response["Cache-Control"] = "private"
    return response


def _serve_from(folder: Path, path: str, request: HttpRequest) -> HttpResponse | FileResponse:
    try:
        return serve(request, path, document_root=str(folder))
    except (SuspiciousFileOperation, ValueError, OSError) as error:
        # Outside of the folder, a null byte, a name that no file can have.
        raise Http404 from error


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can serve: 503 without a database; a cache it can do without."""
    checks = {"database": "ok", "cache": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        checks["database"] = "unreachable"
    try:
        cache.get("readyz")
    except (RedisError, OSError):
        checks["cache"] = "unreachable"
    ready = checks["database"] == "ok"
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503
    )


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _detail(_("Not found."), 404)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _detail(_("Bad request."), 400)


def permission_denied(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _detail(_("You do not have permission to perform this action."), 403)


def server_error(request: HttpRequest) -> HttpResponse:
    # What a middleware raised (a session that cannot be saved) was not seen by OutageMiddleware.
    outage = outage_page(request, sys.exc_info()[1])
    return outage or _detail(_("A server error occurred."), 500)


def _detail(text: str, status: int) -> JsonResponse:
    body: dict[str, Any] = {"detail": text}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
