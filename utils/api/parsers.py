"""Parsers of request bodies, without the ways there are to make DRF's own fail."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class TooDeepError(ParseError):
    default_detail = _("JSON is nested too deeply.")


class JSONParser(parsers.JSONParser):
    """DRF's, but endless nesting (``[[[[…``) is broken JSON, not an error of the server."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise TooDeepError from error
