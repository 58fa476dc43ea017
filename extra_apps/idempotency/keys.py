"""What tells one request from another: its key, and a fingerprint of what it asks for."""

import hashlib
import json
import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from utils.api.parsers import TooDeepError

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"

# Visible ASCII but for " and \, which a quoted string would have to escape (RFC 8941 §3.3.3).
PATTERN = r'"?[!#-\[\]-~]{1,255}"?'
_KEY = re.compile(r'("?)([!#-\[\]-~]{1,255})\1')


def parse_key(header: str) -> str:
    """Return the key that an Idempotency-Key header names; raises ParseError (400).

    The draft's value is a quoted string, what most clients send is not: ``"abc"`` and
    ``abc`` are the same key.
    """
    match = _KEY.fullmatch(header.strip(" \t"))
    if match is None:
        raise ParseError(
            _("Idempotency-Key must be 1 to 255 visible ASCII characters, without quotes inside.")
        )
    return match[2]


def key_hash(request: Request, key: str) -> str:
    """Return 64 hex digits for a key as it is meant for this method and path.

    The same key on another path is another key.
    """
    return _digest([request.method, request.path, key])


def request_fingerprint(request: Request) -> str:
    """Return 64 hex digits for what a request asks for: its query and its parsed body.

    The order and the spaces of a JSON object make no difference, nor does the boundary of a
    multipart body, nor whether a form came as multipart; the order of repeated form fields
    does, and the name, the type and the content of files. A form and JSON are never the same:
    a form has texts only. Raises what parsing the body raises (ParseError and the like).
    """
    data = request.data
    body: dict[str, Any] = {"json": data}
    if isinstance(data, MultiValueDict):
        body = {"form": {name: [_value(item) for item in items] for name, items in data.lists()}}
    try:
        return _digest([dict(request.query_params.lists()), body])
    except RecursionError as error:
        raise TooDeepError from error


def _value(item: Any) -> Any:
    if not isinstance(item, UploadedFile):
        return item
    content = hashlib.sha256()
    for chunk in item.chunks():
        content.update(chunk)
    item.seek(0)
    return {"name": item.name, "type": item.content_type, "sha256": content.hexdigest()}


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
