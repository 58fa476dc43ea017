"""One process at a time writes the index; others leave the work to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def index_lock(*, seconds: int = 0) -> Iterator[bool]:
    """Hold the index for the ``with``; give whether it was to be had within ``seconds``.

    A lock of the server's, as the index is the server's; it ends with the connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(CONCAT('search:', MD5(DATABASE())), %s)", [seconds])
        [[is_mine]] = cursor.fetchall()
    try:
        yield bool(is_mine)
    finally:
        if is_mine and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT RELEASE_LOCK(CONCAT('search:', MD5(DATABASE())))")
                cursor.fetchall()
