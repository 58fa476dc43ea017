"""Deletes of many rows, some at a time: no long transaction, and an end when the time is over."""

from typing import Any

from django.db.models import QuerySet

from .deadline import Deadline
from .transactions import retry_on_deadlock

SIZE = 1000


def delete_in_batches(rows: QuerySet[Any], *, seconds: float | None = None) -> int:
    """Delete ``rows``, SIZE in one transaction, for at most ``seconds``; return how many.

    A row that is no longer among ``rows`` when its turn comes stays. Safe on several machines.
    """
    deadline = Deadline(seconds)
    deleted = 0
    while not deadline.is_over:
        pks = list(rows.order_by("pk").values_list("pk", flat=True)[:SIZE])
        if pks:
            deleted += _delete(rows, pks)
        if len(pks) < SIZE:
            break
    return deleted


@retry_on_deadlock
def _delete(rows: QuerySet[Any], pks: list[Any]) -> int:
    deleted, _per_model = rows.filter(pk__in=pks).delete()
    return deleted
