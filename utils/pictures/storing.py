"""Prepared pictures become files. The files come first, the row that names them afterwards.

A transaction that is rolled back, or a process that dies, leaves files that no row names. They are
swept (apps/goods/services/picture_sweep.py); a row that names no file would be a hole in a page.
"""

from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils.encoding import filepath_to_uri

from .naming import name_of, new_stem
from .preparing import PreparedPicture, picture_prepare


def picture_store(file: Any, *, folder: str, storage: Storage = default_storage) -> str:
    """Keep the picture in a Django ``file`` in all sizes of ``folder``; return its name.

    The name (``goods/3f/3f….page.webp``) is what a row holds. Raises FileRefusedError when the
    file is not a picture that the shop takes; nothing is kept then.
    """
    return picture_keep(picture_prepare(file, folder=folder), storage=storage)


def picture_keep(prepared: PreparedPicture, *, storage: Storage = default_storage) -> str:
    """Write the files of a picture; return its name. A new one, whatever was kept before."""
    stem = new_stem(prepared.folder)
    for size, content in prepared.files.items():
        name = name_of(stem, size)
        kept = storage.save(name, ContentFile(content))
        assert kept == name, f"{name} was there already"
    return name_of(stem, "page")


def picture_path(name: str) -> str:
    """Return the address of a picture for a text that is kept: ``/media/...``, on whatever host.

    It stays right when the files move, or get another address before them (docs/media.md).
    """
    return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"
