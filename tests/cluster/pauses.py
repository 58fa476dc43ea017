"""A pause behind each lock, so that rivals at two nodes meet."""

import time
from typing import Any

from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from utils.db.written_once import Update

# Seconds from a lock to what is done behind it: the rival at the other node gets its lock, too.
PAUSE = 0.03


def pause_behind_locks() -> None:
    """Make races across the nodes likely, whichever way a row is locked."""
    write, send, read = QuerySet.update, Update.__call__, SQLCompiler.execute_sql

    def update(rows: Any, **values: Any) -> int:
        found = write(rows, **values)
        if values.keys() == {"version"}:
            time.sleep(PAUSE)
        return found

    def update_written_once(statement: Update, **given: Any) -> int:
        found = send(statement, **given)
        if statement.values.keys() == {"version"}:
            time.sleep(PAUSE)
        return found

    def execute_sql(compiler: Any, *args: Any, **options: Any) -> Any:
        found = read(compiler, *args, **options)
        if compiler.query.select_for_update:
            time.sleep(PAUSE)
        return found

    QuerySet.update = update  # type: ignore[method-assign]
    Update.__call__ = update_written_once  # type: ignore[method-assign]
    SQLCompiler.execute_sql = execute_sql  # type: ignore[method-assign]
