"""Rows that each process keeps: read once for each catalogue version (ADR 17).

They are kept where all processes share the version (utils/cache/catalogue_version.py), else they
are read anew. Kept rows are shared by all requests of the process: who wants to change one copies
it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Generic, TypeVar

from django.db import connection

from utils.cache.catalogue_version import shared_catalogue_version

Rows = TypeVar("Rows")


def version_to_keep() -> str | None:
    """Return the version under which rows are kept now; None where none are.

    Asks Redis: who needs several kinds of rows for one answer asks once.
    """
    # In a transaction, what is read may be rolled back.
    return None if connection.in_atomic_block else shared_catalogue_version()


class KeptRows(Generic[Rows]):
    """``read`` reads them, in whatever form; ``each`` gives the rows that are in it.

    The rows get ``kept_shapes`` (utils/api/compiled_serializers.py). Of more than ``most`` rows,
    about 2 KB each, nothing is kept.
    """

    def __init__(
        self, read: Callable[[], Rows], each: Callable[[Rows], Collection[Any]], *, most: int
    ) -> None:
        self._read, self._each, self.most = read, each, most
        self.forget()

    def forget(self) -> None:
        # With the version that held before they were read; None in place of what is too large.
        self._kept: tuple[str, Rows | None] = ("", None)

    def __call__(self) -> Rows:
        """Return them; read from the database unless they are kept."""
        return self.of(version_to_keep())

    def of(self, version: str | None) -> Rows:
        """As a call, for who has asked version_to_keep() for this answer already."""
        found = self._kept_of(version)
        return self._read() if found is None else found

    def kept(self) -> Rows | None:
        """Return them; None where the process keeps none now. They are read for a new version."""
        return self._kept_of(version_to_keep())

    def _kept_of(self, version: str | None) -> Rows | None:
        if version is None:
            return None
        kept_version, found = self._kept
        if kept_version != version:
            found = self._read()
            rows = self._each(found)
            if len(rows) > self.most:
                found = None
            else:
                for row in rows:
                    row.kept_shapes = {}
            self._kept = version, found
        return found
