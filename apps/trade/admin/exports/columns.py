"""A file as a table of columns, with a last row that adds up those that can be added up.

A new column is a new line of a table: its header, and how its value is read from a row.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext

from utils.spreadsheets.xlsx_stream import Sheet, Sums


class Column(NamedTuple):
    """``value`` returns text, int, Decimal (yuan), aware datetime or None (nothing)."""

    label: Any
    value: Callable[[Any], Any]
    is_sum: bool = False


def sheet_of(name: Any, columns: Sequence[Column], pages: Iterable[list[Any]]) -> Sheet:
    """Return a sheet of all rows in ``pages``, which are read as the file is written."""
    labels = [str(column.label) for column in columns]
    return Sheet(str(name), labels, _rows(columns, pages, gettext("sum")))


def _rows(
    columns: Sequence[Column], pages: Iterable[list[Any]], sum_label: str
) -> Iterator[Sequence[Any]]:
    # Of money, so that nothing is rounded; of pieces, whole.
    sums: dict[int, Any] = {place: 0 for place, column in enumerate(columns) if column.is_sum}
    for page in pages:
        for row in page:
            cells = [column.value(row) for column in columns]
            for place in sums:
                if cells[place] is not None:  # an amount of 0.00 makes the sum one of yuan
                    sums[place] += cells[place]
            yield cells
    if sums:
        yield Sums(sum_label if not place else sums.get(place) for place in range(len(columns)))


def day(moment: datetime | None) -> str:
    """Return the day of the shop's zone, as a text that sorts and groups."""
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""


def yuan(amount: Decimal | None) -> Decimal | None:
    """SQLite computes with more places than the column has."""
    return None if amount is None else amount.quantize(Decimal("0.01"))
