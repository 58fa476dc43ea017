"""Querysets whose rows are completed as they are read: what Django's prefetch is too dear for."""

from collections.abc import Callable
from typing import Any, Self, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class CompletedQuerySet(models.QuerySet[Row]):
    """Calls ``complete`` with the rows that were read, once, and keeps what it returns."""

    _complete: Callable[[list[Any]], list[Any]] | None = None

    def completed_by(self, complete: Callable[[list[Any]], list[Any]]) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined]
        clone._complete = complete
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._complete = self._complete
        return clone

    def _fetch_all(self) -> None:
        is_fresh = self._result_cache is None
        super()._fetch_all()
        if is_fresh and self._complete:
            self._result_cache = self._complete(list(self._result_cache or ()))
