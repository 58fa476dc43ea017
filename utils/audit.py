"""Invariants: what must be true of the rows at any moment, asked of the database.

An app that has some gives them in its module ``audit``, by a generator ``checks()``. The
breaches of one invariant are found by one statement, which sees one moment: an audit may run
while the shop sells.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Expression,
    F,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.utils.module_loading import module_has_submodule

ZERO = Value(0)


@dataclass(frozen=True)
class Check:
    """One invariant: of how many things it was asked, and a line for each that breaks it."""

    name: str
    counted: int
    breaches: list[str] = field(default_factory=list)
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
    rows: QuerySet[Any],
    *keys: str | Expression,
    said: Expression | F | Value = ZERO,
    found: Expression | F | Value = ZERO,
) -> QuerySet[Any]:
    """Return a part of a sums_that_differ(): what each row adds to the two sums of its keys."""
    columns: dict[str, Any] = {
        f"key{number}": F(key) if isinstance(key, str) else key
        for number, key in enumerate(keys, 1)
    }
    columns |= {"said": said, "found": found}
    return rows.order_by().annotate(**columns).values_list(*columns)


def sums_that_differ(*parts: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """Give ``(*keys, said, found)`` of all keys for which the two sums of ``parts`` differ.

    ``parts`` are those of amounts(), each with as many keys. Rows of one part need none in
    another: a sum of no rows is 0. To the hundredth, because SQLite has binary fractions.
    """
    union = parts[0].union(*parts[1:], all=True)
    sql, params = union.query.sql_with_params()
    keys = ", ".join(f"key{number}" for number in range(1, len(parts[0].query.values_select)))
    raise NotImplementedError
