"""Serializer fields that the contract asks for and DRF does not have."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.utils.encoding import filepath_to_uri
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field({"type": "number", "format": "double", "minimum": 0, "multipleOf": 0.01})
class AmountField(serializers.DecimalField):
    """Yuan with two decimals: a Decimal in Python, a JSON number on the wire.

    Ten digits fit a double exactly enough to print the same two decimals again.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=Decimal(0), **kwargs)

    def to_representation(self, value: Decimal) -> float:  # type: ignore[override]
        return float(value)


def media_url(file: FieldFile | None, request: HttpRequest | None) -> str | None:
    """Return the absolute address of an uploaded file, or None when there is none.

    Scheme and host are the request's, which ALLOWED_HOSTS has already checked.
    """
    if not file:
        return None
    storage = file.storage
    if isinstance(storage, FileSystemStorage):
        url = _local_url(storage.base_url, file.name)
    else:
        url = file.url
    if request is None or not url.startswith("/"):
        return url
    origin: str | None = getattr(request, "_media_origin", None)
    if origin is None:
        # Once per request: a page of goods holds some fifty pictures.
        origin = f"{request.scheme}://{request.get_host()}"
        request._media_origin = origin  # type: ignore[attr-defined]
    return origin + url


@lru_cache(maxsize=10_000)
def _local_url(base_url: str, name: str) -> str:
    # What FileSystemStorage.url() does, which is pure and costs more than reading the row.
    return base_url + filepath_to_uri(name).lstrip("/")


class PictureField(serializers.ImageField):
    """An uploaded picture, as an absolute address; ``null`` when there is none."""

    def to_representation(self, value: FieldFile | None) -> str | None:  # type: ignore[override]
        return media_url(value, self.context.get("request"))
