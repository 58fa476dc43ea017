"""Statements that the database gives up, at a moment too short to be hit on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Model


@contextmanager
def deadlocks(model: type[Model], number: int) -> Iterator[list[str]]:
    """Let the database give up the next ``number`` INSERTs of a model; give those it did.

    InnoDB does so when two of them meet at the entry of a key that was deleted.
    """
    given_up: list[str] = []

    def run(execute: Any, sql: str, *args: Any) -> Any:
        if len(given_up) < number and model._meta.db_table in sql and "INSERT" in sql:
            given_up.append(sql)
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return execute(sql, *args)

    with connection.execute_wrapper(run):
        yield given_up
