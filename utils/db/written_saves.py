"""UPDATE of one row without what Django works out anew for each (ADR 21).

    _PAY = Save(OrderInfo, "pay_status", "trade_no")
    _PAY(order)

does what ``order.save(update_fields=["pay_status", "trade_no"])`` does.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connections, transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save

from utils.journal.tracking import tracked_of

from .written_inserts import Columns, written

Row = TypeVar("Row", bound=Model)


class Save(Generic[Row]):
    """The UPDATE of some columns of a row of ``model``, by its key."""

    def __init__(self, model: type[Row], *columns: str) -> None:
        self._model, self._names = model, columns
        self._written: dict[str, tuple[str, Columns]] = {}

    def __call__(self, row: Row) -> None:
        """Write the columns of a row that is in the database; raises DatabaseError if it is not.

        As save() where somebody listens to that, or the journal is to say who did it.
        """
        is_listened = any(signal.has_listeners(self._model) for signal in (pre_save, post_save))
        if is_listened or self._is_journaled:
            row.save(update_fields=[*self._names])
            return
        connection = connections["default"]
        sql, columns = self._written.get(connection.vendor) or self._write(connection)
        values = [write(row, connection) for _name, write in columns]
        with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
            cursor.execute(sql, [*values, row.pk])
            if not cursor.rowcount:
                raise DatabaseError(f"{row!r} is not in the database any more")

    @property
    def _is_journaled(self) -> bool:
        tracked = tracked_of(self._model)
        return bool({*tracked.columns} & {*self._names}) and tracked.is_due

    def _write(self, connection: Any) -> tuple[str, Columns]:
        meta: Any = self._model._meta
        fields = [meta.get_field(name) for name in self._names]
        columns: Columns = [(field.column, written(field, add=False)) for field in fields]
        quote = connection.ops.quote_name
        table, key = quote(meta.db_table), quote(meta.pk.column)
        places = ", ".join(f"{quote(name)} = %s" for name, _write in columns)
        sql = f"UPDATE {table} SET {places} WHERE {key} = %s"  # noqa: S608 (no input)
        self._written[connection.vendor] = sql, columns
        return sql, columns
