"""Serializer fields that the contract asks for and DRF does not have."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.utils.encoding import filepath_to_uri
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from utils.pictures.naming import sized_name


@extend_schema_field({"type": "number", "format": "double", "minimum": 0})
class AmountField(serializers.DecimalField):
    """Yuan with two decimals: a Decimal in Python, a JSON number on the wire.

    Ten digits fit a double exactly enough to print the same two decimals again.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=Decimal(0), **kwargs)

    def to_representation(self, value: Decimal) -> float:  # type: ignore[override]
        return float(value)


def request_origin(request: HttpRequest | Request) -> str:
    """Return scheme and host of the request; ALLOWED_HOSTS has already checked them."""
    return f"{request.scheme}://{request.get_host()}"


def media_url(file: FieldFile | str | None, origin: str, size: str = "page") -> str | None:
    """Return the address of an uploaded file on ``origin``, or None when there is none.

    ``file``: or its name, in the default storage. ``size``: of a picture that is kept in several
    (utils/pictures), which one.
    """
    if not file:
        return None
    name, storage = (file, default_storage) if isinstance(file, str) else (file.name, file.storage)
    if storage is default_storage:
        # The storage itself: to ask its proxy takes longer than all else here.
        storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        url = _local_url(storage.base_url, name, size)
    else:
        url = storage.url(sized_name(name, size))
    return origin + url if url.startswith("/") else url


@lru_cache(maxsize=20_000)
def _local_url(base_url: str, name: str, size: str) -> str:
    # What FileSystemStorage.url() does, which is pure and costs more than reading the row.
    return base_url + filepath_to_uri(sized_name(name, size)).lstrip("/")


class PictureField(serializers.ImageField):
    """An uploaded picture, as an absolute address; ``null`` when there is none.

    ``size``: ``list``, ``page`` or ``zoom`` (utils/pictures/sizes.py).
    """

    def __init__(self, *, size: str = "page", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size

    def to_representation(self, value: FieldFile | str | None) -> str | None:  # type: ignore[override]
        request = self.context.get("request")
        return media_url(value, request_origin(request) if request else "", self.size)
