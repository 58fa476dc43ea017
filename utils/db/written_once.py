"""Statements of the ORM that are written once in a process, and sent often (ADR 21).

Django writes a statement anew each time, which takes longer than a database takes to answer a
short one. Here it writes the statement once, with places for the values that differ:

    OPEN_ACCOUNT = Read(lambda: UserProfile.objects.filter(pk=Given("user_id"), is_active=True))
    user = OPEN_ACCOUNT.first(user_id=7)

The rows are those that the queryset would give. Only what every buyer's request does, and what
``python -m bench`` shows to be a tenth of it, is written so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, transaction
from django.db.models import Case, Expression, Field, IntegerField, Lookup, Model, QuerySet, When
from django.db.models.base import ModelState
from django.db.models.deletion import Collector
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.signals import post_init
from django.db.models.sql import DeleteQuery, UpdateQuery

from utils.journal.tracking import tracked_of

Row = TypeVar("Row")


class Given(Expression):
    """The place of one value, which is named when the statement is sent.

    ``field``: that of the model by whose rules the value is written; needed for times and amounts.
    """

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field)
        self.name, self.writes = name, field

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]

    def value(self, given: dict[str, Any], connection: Any) -> Any:
        value = given[self.name]
        if self.writes is None:
            return value
        return self.writes.get_db_prep_value(value, connection, prepared=False)


class Among(Lookup[Any]):
    """``column IN (...)``; ``name`` is that of the numbers, which stand in the statement itself."""

    lookup_name = "among_given"
    prepare_rhs = False

    def __init__(self, lhs: Any, name: str) -> None:
        super().__init__(lhs, name)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN ({_mark(self.rhs)})", tuple(params)


def number_by_place(column: str, rows: int) -> Case:
    """Return the expression that is, on each of so many rows, its number of numbers_by_place().

    ``column`` is what the numbers are given by.
    """
    cases = [
        When(**{column: Given(f"key_{place}")}, then=Given(f"number_{place}"))
        for place in range(rows)
    ]
    return Case(*cases, output_field=IntegerField())


def numbers_by_place(numbers: Mapping[int, int]) -> dict[str, Any]:
    """Return numbers by key as the values for number_by_place(), and ``keys`` for Among()."""
    values: dict[str, Any] = {"keys": sorted(numbers)}
    for place, key in enumerate(sorted(numbers)):
        values |= {f"key_{place}": key, f"number_{place}": numbers[key]}
    return values


def _mark(name: str) -> str:
    return f"{{{name}}}"


@dataclass(frozen=True)
class _Statement:
    sql: str
    params: Sequence[Any]

    def send(self, cursor: Any, connection: Any, given: dict[str, Any]) -> None:
        sql, values = self.sql, given.copy()
        for name, value in given.items():
            if isinstance(value, list | tuple | set | frozenset):
                numbers = ",".join([str(int(number)) for number in values.pop(name)])
                sql = sql.replace(_mark(name), numbers or "NULL")  # in nothing is nobody
        cursor.execute(
            sql,
            [
                param.value(values, connection) if isinstance(param, Given) else param
                for param in self.params
            ],
        )

    def write(self, connection: Any, given: dict[str, Any]) -> int:
        with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
            self.send(cursor, connection, given)
            return int(cursor.rowcount)


@dataclass(frozen=True)
class _Select(_Statement):
    compiler: Any
    converters: Any
    make: Callable[[Any, str], Any]

    def rows(self, found: Iterable[Any], alias: str) -> list[Any]:
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        make = self.make
        return [make(row, alias) for row in found]


class Read(Generic[Row]):
    """A SELECT: models, or the tuples of ``values_list()``.

    ``rows`` is called once for each kind of database. What a queryset does to the rows it has read
    (CompletedRows) is the caller's to do. With ``locks`` it is SELECT … FOR UPDATE, for rows whose
    other lock is a write (utils/db/locks.py); without, such rows are refused.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any, Row]], *, locks: bool = False) -> None:
        self._rows, self._locks = rows, locks
        self._written: dict[str, _Select] = {}

    def __call__(self, **given: Any) -> list[Row]:
        """Return the rows. A value for Among() is a list or set of keys."""
        connection = connections["default"]
        select = self._written.get(connection.vendor) or self._write(connection)
        with connection.cursor() as cursor:
            select.send(cursor, connection, given)
            found = cursor.fetchall()
        return select.rows(found, connection.alias)

    def first(self, **given: Any) -> Row | None:
        """Return the first row, None when there is none; the statement is to find few."""
        return next(iter(self(**given)), None)

    def _write(self, connection: Any) -> _Select:
        rows = self._rows()
        if rows.query.select_for_update != self._locks:
            raise TypeError("a lock is a write: Update")
        compiler: Any = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_rest in compiler.select])
        is_model = issubclass(rows._iterable_class, ModelIterable)  # type: ignore[attr-defined]
        make = _maker(compiler) if is_model else lambda row, alias: tuple(row)
        written = _Select(sql, params, compiler, converters, make)
        self._written[connection.vendor] = written
        return written


class _Write:
    """A statement that changes ``rows``; gives the number of rows it found.

    ``rows`` is for tests as well, which switch guards off by it.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]]) -> None:
        self.rows = rows
        self._written: dict[str, _Statement] = {}

    def __call__(self, **given: Any) -> int:
        connection = connections["default"]
        statement = self._written.get(connection.vendor)
        if statement is None:
            query = self._query(self.rows().order_by())
            sql, params = query.get_compiler(connection=connection).as_sql()
            statement = self._written[connection.vendor] = _Statement(sql, params)
        return statement.write(connection, given)

    def _query(self, rows: QuerySet[Any]) -> Any:
        """Return the query for these rows; raises TypeError where it would not be all."""
        raise NotImplementedError


class Update(_Write):
    """An UPDATE of ``values``, in columns that the journal does not watch."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], **values: Any) -> None:
        super().__init__(rows)
        self.values = values

    def _query(self, rows: QuerySet[Any]) -> Any:
        if watched := self.values.keys() & set(tracked_of(rows.model).columns):
            raise TypeError(f"the journal watches {', '.join(watched)}")
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(self.values)
        return query


class Delete(_Write):
    """A DELETE of rows that nothing else hangs on."""

    def _query(self, rows: QuerySet[Any]) -> Any:
        if not Collector(using=rows.db).can_fast_delete(rows):
            raise TypeError(f"other rows, or signals, hang on {rows.model.__name__}")
        return rows.query.chain(DeleteQuery)


def _maker(compiler: Any) -> Callable[[Any, str], Any]:
    """Return what makes a model of a row, as Django's ModelIterable does."""
    select, klass_info = compiler.select, compiler.klass_info
    model, columns = klass_info["model"], klass_info["select_fields"]
    if model.__init__ is not Model.__init__ or post_init.has_listeners(model):
        raise TypeError(f"more hangs on making a {model.__name__} than its columns")
    start, end = columns[0], columns[-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    populators: Any = get_related_populators  # the stubs are of a later Django
    related = populators(klass_info, select, compiler.connection.alias)
    annotations = tuple(compiler.annotation_col_map.items())

    def make(row: Any, alias: str) -> Any:
        # As from_db(), which sets one attribute after the other by way of Model.__init__(): twice
        # as long for the same row.
        instance = model.__new__(model)
        instance._state = state = ModelState()
        state.adding, state.db = False, alias
        instance.__dict__.update(zip(names, row[start:end], strict=True))
        for populator in related:
            populator.populate(row, instance)
        for name, place in annotations:
            setattr(instance, name, row[place])
        return instance

    return make
