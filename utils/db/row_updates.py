"""Writing other values into each of many rows, in one statement.

QuerySet.bulk_update() builds an expression for every value, which costs more than the statement.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connections, models, router

from utils.journal.tracking import changes_journaled


def rows_update(model: type[models.Model], values: Mapping[int, Mapping[str, Any]]) -> int:
    """Set columns (by attribute: ``category_id``) of rows by their keys; return how many rows.

    One statement for the rows that set the same columns. As QuerySet.update(): no signals, and
    fields prepare their values, but derive none; watched columns are journaled.
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for pk in sorted(values):
        if values[pk]:
            groups[tuple(sorted(values[pk]))].append(pk)
    columns = {name for names in groups for name in names}
    rows = model._base_manager.filter(pk__in=[key for keys in groups.values() for key in keys])
    with changes_journaled(rows, columns):
        return sum(_update(model, names, keys, values) for names, keys in groups.items())


def _update(
    model: type[models.Model],
    names: tuple[str, ...],
    keys: list[int],
    values: Mapping[int, Mapping[str, Any]],
) -> int:
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    key = quote(str(model._meta.pk.column))
    parts, params = [], []
    for name in names:
        parts.append(
            f"{quote(fields[name].column)} = CASE {key}{' WHEN %s THEN %s' * len(keys)} END"
        )
        for pk in keys:
            params += [pk, fields[name].get_db_prep_save(values[pk][name], connection)]
    places = ", ".join(["%s"] * len(keys))
    statement = (
        f"UPDATE {quote(model._meta.db_table)} SET {', '.join(parts)}"  # noqa: S608  (no input)
        f" WHERE {key} IN ({places})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *keys])
        return int(cursor.rowcount)
