"""Invariants: what must be true of the rows at any moment, asked of the database.

An app that has some gives them in its module ``audit``, by a generator ``checks()``. The
breaches of one invariant are found by one statement, which sees one moment: an audit may run
while the shop sells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.utils.module_loading import module_has_submodule

# A column's name, or an expression over the row.
Column = Any
NOTHING = Value(0)


@dataclass(frozen=True)
class Check:
    """One invariant: how many things it was asked of, and a line for each that breaks it."""

    name: str
    counted: int
    breaches: list[str]
    note: str = ""


def audit() -> list[Check]:
    """Return the checks of every installed app. Reads only."""
    found: list[Check] = []
    for config in apps.get_app_configs():
        if config.module and module_has_submodule(config.module, "audit"):
            found += import_module(f"{config.name}.audit").checks()
    return found


def rows_unless(rows: QuerySet[Any], good: Q) -> QuerySet[Any]:
    """Return the rows of which ``good`` is not true: false, or unknown because of a NULL."""
    bad = Case(When(good, then=Value(False)), default=Value(True), output_field=BooleanField())
    return rows.filter(bad)


def amounts(
    rows: QuerySet[Any], *keys: Column, recorded: Column = NOTHING, found: Column = NOTHING
) -> QuerySet[Any]:
    """Return a part for sums_that_differ(): what each row adds to the two sums of its keys."""
    values = {f"key{number}": key for number, key in enumerate(keys, 1)}
    values |= {"recorded": recorded, "found": found}
    columns = {
        name: F(value) if isinstance(value, str) else value for name, value in values.items()
    }
    part: QuerySet[Any] = rows.order_by().annotate(**columns).values_list(*columns)
    return part


def sums_that_differ(*parts: QuerySet[Any], keys: int = 1) -> Iterator[tuple[Any, ...]]:
    """Give ``(*keys, recorded, found)``, the sums as text, wherever the two sums differ.

    ``parts`` are those of amounts(), each with ``keys`` keys. Rows of one part need none in
    another: the sum of no rows is 0. Compared to the hundredth, since decimals are binary
    fractions in SQLite.
    """
    rows, params = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    names = ", ".join(f"key{number}" for number in range(1, keys + 1))
    statement = (
        f"SELECT {names}, SUM(recorded), SUM(found) FROM ({rows}) amounts GROUP BY {names}"  # noqa: S608
        f" HAVING ROUND(SUM(recorded) - SUM(found), 2) <> 0 ORDER BY {names}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for row in cursor.fetchall():
            yield (*row[:keys], *(_number(value) for value in row[keys:]))


def _number(value: Any) -> str:
    return f"{value:.2f}".removesuffix(".00")
