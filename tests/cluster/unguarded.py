"""The shop without what a cluster needs: locks that only one node knows, and no counting."""

import sys
from typing import Any

from django.db.models import QuerySet
from django.urls import get_resolver

from utils.db import locks
from utils.db.written_once import Read, Update


def unguard() -> None:
    """Let every lock be SELECT ... FOR UPDATE alone, and no statement be counted.

    On one server that locks as well; the nodes of a cluster do not tell each other.
    """
    # All of the shop is imported, so that no module gets the guards later.
    assert get_resolver().url_patterns
    write, send = QuerySet.update, Update.__call__

    def select_for_update(rows: Any) -> int:
        return len(rows.select_for_update().values_list("pk"))

    def update(rows: Any, **values: Any) -> int:
        return select_for_update(rows) if values.keys() == {"version"} else write(rows, **values)

    def update_written_once(statement: Update, **given: Any) -> int:
        if statement.values.keys() != {"version"}:
            return send(statement, **given)
        found = [pk for (pk,) in Read(lambda: statement.rows().values_list("pk"))(**given)]
        return select_for_update(statement.rows().model._base_manager.filter(pk__in=found))

    def unseen(found: int, expected: int) -> None:
        """Take whatever a statement hit."""

    guard = locks.check_changed
    for module in list(sys.modules.values()):
        if getattr(module, "check_changed", None) is guard:
            module.check_changed = unseen  # type: ignore[attr-defined]
    QuerySet.update = update  # type: ignore[method-assign]
    Update.__call__ = update_written_once  # type: ignore[method-assign]
