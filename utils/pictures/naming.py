"""The names of kept pictures.

``goods/3f/3f0c…9a.page.webp`` is what a row holds. The name says by itself that the files
``….list.webp`` and ``….zoom.webp`` stand beside it: whoever needs another size derives its name,
and asks neither the database nor the storage. A name of any other form is a file from before
(or of a shop that was taken over), which has one size: itself.
"""

import re
import secrets
from collections.abc import Iterable
from functools import lru_cache

from .sizes import SIZES

_STEM = (
    rf"(?P<stem>(?P<folder>{'|'.join(SIZES)})/(?P<shard>[0-9a-f]{{2}})/(?P=shard)[0-9a-f]{{30}})"
)
_NAME = re.compile(_STEM + r"\.page\.webp")
_ANY_SIZE = re.compile(_STEM + r"\.(?:list|page|zoom)\.webp")

# The folders that the files of a folder are spread over.
SHARDS = [f"{number:02x}" for number in range(256)]


def new_stem(folder: str) -> str:
    """Return a name that nobody can guess, without size and suffix.

    The first two digits are a folder of their own, so that no folder holds very many files.
    """
    key = secrets.token_hex(16)
    return f"{folder}/{key[:2]}/{key}"


def name_of(stem: str, size: str) -> str:
    return f"{stem}.{size}.webp"


def page_name(name: str) -> str | None:
    """Return what a row would hold for the file ``name`` of a size; None for another file."""
    match = _ANY_SIZE.fullmatch(name)
    return name_of(match["stem"], "page") if match else None


def names_beside(name: str) -> Iterable[str]:
    """Return the names of all sizes of a picture, by the name that its row holds."""
    match = _NAME.fullmatch(name)
    if match is None:
        return [name]
    return [name_of(match["stem"], size) for size in SIZES[match["folder"]]]


@lru_cache(maxsize=20_000)
def sized_name(name: str, size: str) -> str:
    """Return the name of a picture's file in a size (``list``, ``page`` or ``zoom``)."""
    match = _NAME.fullmatch(name)
    if match is None or size not in SIZES[match["folder"]]:
        return name
    return name_of(match["stem"], size)
