"""Querysets that know how many rows they have, from whoever made their condition."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class KnownCountQuerySet(models.QuerySet[Row]):
    """``with_known_count(n)``: ``count()`` asks nothing, until another condition is added.

    Sorting changes nothing about it; a slice is counted by the database.
    """

    _known_count: tuple[Any, int] | None = None

    def with_known_count(self, count: int) -> Self:
        rows = self._chain()  # type: ignore[attr-defined]
        rows._known_count = (rows.query.where.clone(), count)
        return rows  # type: ignore[no-any-return]

    def count(self) -> int:
        known = self._known_count
        if known is not None and not self.query.is_sliced and self.query.where == known[0]:
            return known[1]
        return super().count()

    def _clone(self) -> Any:
        rows = super()._clone()  # type: ignore[misc]
        rows._known_count = self._known_count
        return rows
