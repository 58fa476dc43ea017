"""Rules about the bucket that uploads may be kept in."""

import importlib.util
import re
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import SplitResult, urlsplit

from .access import is_local
from .allowances import refused, unless

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PARTS = ("endpoint", "region", "key_id", "secret", "public_url")


def bucket(shop: SimpleNamespace) -> Iterator[str]:
    given = shop.MEDIA_S3
    if not given.name:
        for part in _PARTS:
            if getattr(given, part):
                yield f"MEDIA_S3_{part.upper()} is set, and MEDIA_S3_BUCKET is not: write its name."
        return
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        yield (
            "MEDIA_S3_BUCKET needs django-storages: pip install -r deploy/requirements.txt, or "
            "leave it out."
        )
    if not _BUCKET.fullmatch(given.name):
        yield (
            "MEDIA_S3_BUCKET is not the name of a bucket (3 to 63 small letters, digits, - and .): "
            "write such as mxshop-media."
        )
    yield from _keys(shop)
    yield from _addresses(shop)


def _keys(shop: SimpleNamespace) -> Iterator[str]:
    given = shop.MEDIA_S3
    # On Amazon's own machines the machine has keys, and there are none to write.
    if bool(given.key_id) != bool(given.secret) or (given.endpoint and not given.key_id):
        for name, value in (("KEY_ID", given.key_id), ("SECRET", given.secret)):
            if not value:
                yield f"MEDIA_S3_{name} must be set: write that of a user of this bucket alone."
    for name, value in (("KEY_ID", given.key_id), ("SECRET", given.secret)):
        if not value.isascii() or len(value.split()) > 1:
            yield f"MEDIA_S3_{name} is not a key: write the one of the bucket's provider."


def _addresses(shop: SimpleNamespace) -> Iterator[str]:
    for name, address, example in (
        ("MEDIA_S3_ENDPOINT", shop.MEDIA_S3.endpoint, "https://s3.example.com"),
        ("MEDIA_S3_PUBLIC_URL", shop.MEDIA_S3.public_url, "https://pictures.example.com/media"),
    ):
        if not address:
            continue
        parts = _split(address)
        if parts is None:
            yield f"{name} is not an address: write such as {example}."
            continue
        # A server in the shop's own network is as its database and its Redis.
        is_inside = name == "MEDIA_S3_ENDPOINT" and is_local(parts.hostname or "")
        if parts.scheme == "http" and not is_inside and refused(shop, "ALLOW_HTTP"):
            yield f"{name} is not https: write https://." + unless("ALLOW_HTTP")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError
    except ValueError:
        return None
    is_one = parts.scheme in ("http", "https") and parts.hostname and not parts.query
    is_plain = "@" not in parts.netloc and not parts.fragment and not re.search(r"\s", address)
    return parts if is_one and is_plain else None


RULES = (bucket,)
