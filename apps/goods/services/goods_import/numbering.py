"""Which row of a file is about which goods."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from utils.spreadsheets.cells import EMPTY, Cell, Row
from utils.spreadsheets.values import CellError, scientific_of

from .article_numbers import article_numbers_find, fold
from .columns import BY_NAME

# Article numbers refer to nothing.
_NOTHING: Any = None


@dataclass
class Numbered:
    """A row with its article number, the goods that have it, or why it is none."""

    row: Row
    number: str = ""
    goods_id: int | None = None
    fault: str = ""
    recovered: str = field(default="", repr=False)


def rows_number(rows: Sequence[Row], place: int) -> list[Numbered]:
    """Read the article numbers of all rows and find their goods."""
    numbered = [Numbered(row, *_read(cell_at(row, place))) for row in rows]
    for each in (row for row in numbered if not row.fault):
        try:
            each.recovered = scientific_of(each.number) or ""
        except CellError as error:
            each.fault = str(error)
    known = article_numbers_find(
        {text for row in numbered for text in (row.number, row.recovered) if text}
    )
    for each in numbered:
        if each.number in known.exact:
            each.fault = ""  # goods may be called 1E5
        elif each.recovered:
            each.number = each.recovered
        each.goods_id = known.exact.get(each.number)
        if not each.fault and each.goods_id is None and each.number in known.near:
            each.fault = _(
                "It differs from the article number “%(other)s” only in case, width or space."
            ) % {"other": known.near[each.number]}
    _refuse_repeated(numbered)
    return numbered


def _refuse_repeated(numbered: Sequence[Numbered]) -> None:
    rows: dict[str, list[int]] = defaultdict(list)
    for each in numbered:
        if each.number and not each.fault:
            rows[fold(each.number)].append(each.row.number)
    for each in numbered:
        others = [n for n in rows.get(fold(each.number), []) if n != each.row.number]
        if others and not each.fault:
            each.fault = _("Row %(row)d has the same article number.") % {"row": others[0]}


def _read(cell: Cell) -> tuple[str, None, str]:
    column = BY_NAME["goods_sn"]
    assert column.parse is not None
    if cell.is_empty:
        return "", None, _("There is no article number.")
    try:
        number: str = column.parse(cell, _NOTHING)
    except CellError as error:
        return "", None, str(error)
    return number, None, "" if number else _("There is no article number.")


def cell_at(row: Row, place: int) -> Cell:
    return row.cells[place] if place < len(row.cells) else EMPTY
