"""Parsers of request bodies, without the ways there are to make DRF's own fail or work for ever.

DRF reads a JSON or form body as a whole, whatever its size: 10 MB of ``[],[],…`` are 300 MB of
lists. Django's limit for what it parses itself holds for these bodies too.
"""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

# Not in utils.api.errors, which imports DRF's views, and they import the parsers.


class RequestTooLarge(APIException):
    """More bytes than any client of the shop has a reason to send; they are not read."""

    status_code = 413
    default_detail = _("The request is too large.")
    default_code = "too_large"


def _bounded(stream: Any) -> BytesIO:
    """Read a body of at most DATA_UPLOAD_MAX_MEMORY_SIZE; raises RequestTooLarge."""
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise RequestTooLarge
    return BytesIO(body)


class JSONParser(parsers.JSONParser):
    """DRF's, but endless nesting (``[[[[…``) is broken JSON, not an error of the server."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(_bounded(stream), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("JSON is nested too deeply.")) from error


class FormParser(parsers.FormParser):
    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return super().parse(_bounded(stream), media_type, parser_context)
