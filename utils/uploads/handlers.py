"""Uploads that are too large: counted as they come in, kept nowhere."""

from io import BytesIO
from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from rest_framework.request import Request

from utils.limits.throttling import CallerThrottle


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes an upload to a temporary file, up to ``limit`` bytes.

    Of a larger one nothing is kept: it arrives as an empty file whose ``size`` tells how
    much was sent, so that the serializer can refuse it with a field error. A request with more
    than ``most`` files is refused as a whole (TooManyFilesSent, 400).
    """

    def __init__(self, request: HttpRequest | None = None, *, limit: int, most: int = 1) -> None:
        super().__init__(request)
        self.limit = limit
        self.files_left = most

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not self.files_left:
            raise TooManyFilesSent
        self.files_left -= 1
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= self.limit:
            super().receive_data_chunk(raw_data, start)
        else:
            self.file.close()  # which deletes it

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if file_size <= self.limit:
            return super().file_complete(file_size)
        return UploadedFile(BytesIO(), self.file_name, self.content_type, file_size)

    def close(self) -> None:
        if (file := getattr(self, "file", None)) is not None:
            file.close()


class UploadThrottle(CallerThrottle):
    """Requests that carry a file, by the account that sends them; others are not counted."""

    scope = "upload"

    def allow_request(self, request: Request, view: Any) -> bool:
        # Of other methods nobody reads the body.
        if request.method != "POST" or not request.FILES:
            return True
        return super().allow_request(request, view)


# For a view that takes files: no upload of its requests is kept beyond ``upload_limit``, and a
# request brings at most ``upload_files``. (A docstring would be the view's description in the
# OpenAPI schema.)
class LimitedUploadMixin:
    upload_limit: int
    upload_files = 1

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Before anybody parses the body, which the CSRF check of a session does first.
        self.upload_handler = LimitedUploadHandler(
            request, limit=self.upload_limit, most=self.upload_files
        )
        if not hasattr(request, "_files"):
            request.upload_handlers = [self.upload_handler]
        return super().initialize_request(request, *args, **kwargs)  # type: ignore[misc]

    def get_throttles(self) -> Any:
        return [*super().get_throttles(), UploadThrottle()]  # type: ignore[misc]

    def finalize_response(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        # Of a body that broke off, Django leaves the last file open.
        self.upload_handler.close()
        return super().finalize_response(request, *args, **kwargs)  # type: ignore[misc]
