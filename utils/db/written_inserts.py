"""INSERT without what Django works out anew for each row (ADR 21).

    _ORDER = Insert(OrderInfo)
    order = _ORDER.one(OrderInfo(user_id=7, ...))

The columns and values are those of ``create()`` and ``bulk_create()``. A model that more hangs on
(a journal of its making, a parent's table) is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections, transaction
from django.db.models import AutoField, Field, FileField, Model
from django.db.models.signals import post_save, pre_save

from utils.journal.tracking import tracked_of

Row = TypeVar("Row", bound=Model)

# Fields whose values of PLAIN_TYPES are those of the database.
PLAIN_FIELDS = {
    "BigIntegerField", "BooleanField", "CharField", "ForeignKey", "IntegerField", "OneToOneField",
    "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "TextField",
}  # fmt: skip
PLAIN_TYPES = {bool, int, str, type(None)}

# A column, and what makes its value for the driver of a row and the connection.
Columns = list[tuple[str, Callable[[Any, Any], Any]]]


class Insert(Generic[Row]):
    """The INSERT of rows of a model, all columns of them; the database makes their keys."""

    def __init__(self, model: type[Row]) -> None:
        self._model = model

    def one(self, row: Row) -> Row:
        """Write a row, and return it with its key; raises django.db.IntegrityError.

        As Django's create() where somebody listens to the saving of the model.
        """
        columns, connection = self._columns, connections["default"]
        if any(signal.has_listeners(self._model) for signal in (pre_save, post_save)):
            row.save(force_insert=True)
            return row
        with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
            self._send(cursor, connection, columns, [row])
            options: Any = self._model._meta
            row.pk = connection.ops.last_insert_id(cursor, options.db_table, options.pk.column)
        row._state.adding, row._state.db = False, connection.alias
        return row

    def many(self, rows: Sequence[Row]) -> None:
        """Write rows, which do not get their keys; raises django.db.IntegrityError.

        By one statement, or by as few as SQLite takes.
        """
        if not rows:
            return
        columns, connection = self._columns, connections["default"]
        most = connection.ops.bulk_batch_size(columns, rows)
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            for start in range(0, len(rows), most):
                self._send(cursor, connection, columns, rows[start : start + most])

    def _send(self, cursor: Any, connection: Any, columns: Columns, rows: Sequence[Row]) -> None:
        quote = connection.ops.quote_name
        names = ", ".join(quote(name) for name, _write in columns)
        places = "(" + ", ".join(["%s"] * len(columns)) + ")"
        cursor.execute(
            f"INSERT INTO {quote(self._model._meta.db_table)} ({names})"  # noqa: S608 (no input)
            f" VALUES {', '.join([places] * len(rows))}",
            [write(row, connection) for row in rows for _name, write in columns],
        )

    @cached_property
    def _columns(self) -> Columns:
        """Return each column and how its value is written; raises TypeError."""
        model: Any = self._model
        if model._meta.parents or tracked_of(model).created:
            raise TypeError(f"more hangs on making a {model.__name__} than its row")
        return [
            (field.column, written(field, add=True))
            for field in model._meta.local_concrete_fields
            if not (field.generated or isinstance(field, AutoField))
        ]


def written(field: Field[Any, Any], *, add: bool) -> Callable[[Any, Any], Any]:
    """Return what makes of a row and a connection the value of a field for the driver."""
    name = field.attname

    def write(row: Any, connection: Any) -> Any:
        value = field.pre_save(row, add)
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"{field} is to be an expression: {value}")
        return field.get_db_prep_save(value, connection)

    def write_plain(row: Any, connection: Any) -> Any:
        value = vars(row)[name]
        return value if type(value) in PLAIN_TYPES else write(row, connection)

    def write_file(row: Any, connection: Any) -> Any:
        # The name of a file that is stored already. A FieldFile would be made of it, and hold the
        # row, which holds it (ADR 23).
        value = vars(row)[name]
        return value if type(value) is str else write(row, connection)

    if isinstance(field, FileField):
        return write_file
    changes = type(field).pre_save is not Field.pre_save
    is_plain = field.get_internal_type() in PLAIN_FIELDS and not changes
    return write_plain if is_plain else write
