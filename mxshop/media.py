"""/media/: an uploaded file by its address, from the folder or from the bucket (docs/media.md)."""

import posixpath
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation, SuspiciousOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django.views.static import serve

from utils.pictures.naming import page_name
from utils.storage.headers import content_type_of, headers_of

# For how long a browser may keep the way to a picture that has another address.
MOVED = "public, max-age=3600"

MediaResponse = HttpResponse | FileResponse | StreamingHttpResponse


@require_safe
def media(request: HttpRequest, path: str) -> MediaResponse:
    """Answer with an upload. nginx answers those of a folder in production (deploy/nginx.conf).

    In a bucket, a picture with a public address of its own is a redirect there, and the rest
    comes through this process: what buyers sent, by the same rules as from a folder.
    """
    response: MediaResponse
    if isinstance(default_storage, FileSystemStorage):
        response = serve_from(Path(settings.MEDIA_ROOT), path, request)
    else:
        response = _from_bucket(default_storage, path, request)
    name = posixpath.normpath(path).lstrip("/")
    is_private = name.startswith(settings.PRIVATE_FOLDERS)
    if not isinstance(response, HttpResponseRedirect):
        headers = headers_of(path, is_private=is_private, is_kept=bool(page_name(path)))
        for header, value in headers.items():
            response.headers[header] = value
    return response


def serve_from(folder: Path, path: str, request: HttpRequest) -> HttpResponse | FileResponse:
    """Answer with a file below ``folder``; 404 for everything else."""
    try:
        return serve(request, path, document_root=str(folder))
    except (SuspiciousFileOperation, ValueError, OSError) as error:
        # Outside of the folder, a null byte, a name that no file can have.
        raise Http404 from error


def _from_bucket(bucket: Any, path: str, request: HttpRequest) -> MediaResponse:
    # A key is a name and no path: another spelling would be another key, and not private.
    if path != posixpath.normpath(path).lstrip("/") or "\0" in path or path.startswith(".."):
        raise Http404
    address = bucket.url(path)
    if not address.startswith(settings.MEDIA_URL):
        return HttpResponseRedirect(address, headers={"Cache-Control": MOVED})
    try:
        stream = bucket.stream(path, without_content=request.method == "HEAD")
    except (FileNotFoundError, SuspiciousOperation, ValueError) as error:
        raise Http404 from error
    headers = {
        "Content-Length": str(stream.size),
        "ETag": stream.etag,
        "Content-Disposition": content_disposition_header(False, posixpath.basename(path)) or "",
    }
    if request.headers.get("If-None-Match") == stream.etag:
        return HttpResponse(status=304, headers={"ETag": stream.etag})
    return StreamingHttpResponse(stream.pieces, content_type=content_type_of(path), headers=headers)
