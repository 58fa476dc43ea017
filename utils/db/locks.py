"""A lock is a write: whoever must be alone with a row updates its ``version``.

The UPDATE locks the row on one server, and on a cluster of several writers it is certified:
of two transactions that both made it, one is given up and repeated. SELECT ... FOR UPDATE
alone holds on the node that it ran on.
"""

from typing import Any

from django.db import connections
from django.db.models import F, QuerySet

from .transactions import RowsChangedError


def row_lock(rows: QuerySet[Any], *, skip_locked: bool = False) -> bool:
    """Lock the one row of ``rows`` until the transaction ends; return whether there is one.

    Read the row after this, not before. With ``skip_locked`` the answer is also False when
    another transaction has the row (where the database can tell; elsewhere this waits).
    """
    can_skip = connections[rows.db].features.has_select_for_update_skip_locked
    if skip_locked and can_skip:
        free = rows.select_for_update(skip_locked=True).order_by()
        if not free.values_list("pk").first():
            return False
    return bool(rows.update(version=F("version") + 1))


def check_changed(found: int, expected: int) -> None:
    """Raise RowsChangedError unless a statement hit as many rows as were read before it."""
    if found != expected:
        raise RowsChangedError
