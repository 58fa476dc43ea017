"""Whether strangers get of the bucket what they may, and nothing else (manage.py media_check)."""

import secrets
from collections.abc import Iterator
from typing import Any

import requests
from django.conf import settings
from django.core.files.base import ContentFile

from utils.pictures.sizes import SIZES

SECONDS = 10
CONTENT = b"a file that manage.py media_check wrote and deletes"


def faults(bucket: Any, closed: Any) -> Iterator[str]:
    """Write a file into each folder of uploads, ask for it as a stranger, and delete it.

    Yields a line for each folder of pictures that has no public address, and for each that has
    one and must not. ``closed``: the storage of the imports, which nobody may read.
    """
    public = [f"{folder}/" for folder in SIZES] if bucket.public_url else []
    private = [*settings.PRIVATE_FOLDERS] if public else [
        *settings.PRIVATE_FOLDERS, *(f"{folder}/" for folder in SIZES)
    ]  # fmt: skip
    for storage, folder, is_public in (
        *((bucket, folder, True) for folder in public),
        *((bucket, folder, False) for folder in private),
        (closed, "", False),
    ):
        name = storage.save(
            f"{folder}media-check-{secrets.token_hex(8)}.webp", ContentFile(CONTENT)
        )
        try:
            for address in _addresses(storage, name):
                got = requests.get(address, timeout=SECONDS).content == CONTENT
                if got is not is_public and (is_public or got):
                    where = f"{storage.location}/{folder}"
                    may = "pictures that nobody sees" if is_public else "files that anybody reads"
                    yield f"{where} has {may}: {address.partition('?')[0]}"
        finally:
            storage.delete(name)


def _addresses(storage: Any, name: str) -> Iterator[str]:
    """The addresses under which a stranger would try it."""
    if storage.public_url:
        yield f"{storage.public_url}/{name}"
    if not storage.public_url or storage.is_private(name):
        client = storage.unsigned_connection.meta.client
        key = {"Bucket": storage.bucket_name, "Key": f"{storage.location}/{name}"}
        yield client.generate_presigned_url("get_object", Params=key)
