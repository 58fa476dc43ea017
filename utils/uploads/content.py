"""The bytes of an upload, read where they lie: no whole file is copied into memory."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from io import UnsupportedOperation
from typing import Any

# What the judges read: both can be sliced, searched and unpacked in the same way.
Content = bytes | mmap.mmap

PIECE = 2**18


@contextmanager
def content_of(file: Any) -> Iterator[Content]:
    """Give the content of an uploaded file; its position is 0 afterwards.

    A temporary file is mapped, so that the system reads the pages that are looked at. A file
    that exists in memory only (at most FILE_UPLOAD_MAX_MEMORY_SIZE) is given as it is.
    """
    try:
        # As UploadedFile wraps it: its own fileno() asks the file that holds the bytes.
        number = file.fileno()
    except (AttributeError, UnsupportedOperation):
        number = None
    file.seek(0)
    if number is None or not file.size:
        yield file.read()
    else:
        with mmap.mmap(number, 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped
    file.seek(0)


def starts_with(content: Content, *starts: bytes) -> bool:
    return content[: max(map(len, starts))].startswith(starts)
