"""Querysets whose rows are completed as they are read: what Django's prefetch is too dear for."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
Completed = TypeVar("Completed", bound="CompletedRows[Any]")

_IS_SHOWN = "is_shown"  # an attribute of each row that was completed, or dropped by it


class CompletedRows(models.QuerySet[Row]):
    """Gives its rows to ``complete()`` once, before anybody sees them, and shows what it returns.

    What is chained to such a queryset is of its class as well, as with any QuerySet; ``get()``,
    ``first()`` and slices go through ``__len__`` and ``__iter__``. Rows that are not models
    (``values()``, ``values_list()``) are left as they are.
    """

    def complete(self, rows: list[Row]) -> list[Row]:
        """Complete the rows in place; return those that are shown."""
        raise NotImplementedError

    @classmethod
    def of(cls: type[Completed], queryset: models.QuerySet[Any]) -> Completed:
        """Return the rows of a queryset, to be completed."""
        rows = cls(queryset.model, using=queryset.db)
        rows.query = queryset.all().query
        return rows

    def __iter__(self) -> Iterator[Row]:
        return iter(self._shown(list(super().__iter__())))

    def __len__(self) -> int:
        return sum(1 for _row in self)

    def __bool__(self) -> bool:
        return any(True for _row in self)

    def iterator(self, chunk_size: int | None = None) -> Iterator[Row]:
        rows = super().iterator(chunk_size)
        while chunk := list(islice(rows, chunk_size or 2000)):
            yield from self._shown(chunk)

    def _shown(self, rows: list[Row]) -> list[Row]:
        """Return the rows that are shown; what was completed before is not completed again."""
        if not rows or not isinstance(rows[0], self.model):
            return rows
        if fresh := [row for row in rows if _IS_SHOWN not in row.__dict__]:
            shown = {id(row) for row in self.complete(fresh)}
            for row in fresh:
                row.__dict__[_IS_SHOWN] = id(row) in shown
        return [row for row in rows if row.__dict__[_IS_SHOWN]]
