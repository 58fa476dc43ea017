"""The cells of one sheet of a workbook."""

import re
from datetime import datetime, timedelta

from . import bounds, refusals
from .cells import EMPTY, Cell, Kind, Row
from .formats import Style
from .refusals import TableRefusedError
from .xml_parts import XmlPart, unescape

_PLACE = re.compile(r"([A-Z]{1,3})[1-9][0-9]{0,6}")
_PLAIN = Style()
# The last day that Excel knows.
_MAX_SERIAL = 2_958_466


class SheetReader:
    def __init__(self, *, texts: list[str], styles: list[Style], is_1904: bool) -> None:
        self._texts, self._styles = texts, styles
        self._day_zero = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._rows: list[Row] = []
        self._part = XmlPart(self._on_start, self._on_end)
        self._row_number = self._column = 0
        self._cells: list[Cell] = []
        self._attributes: dict[str, str] = {}
        self._is_in_cell = self._is_formula = self._is_reading = False
        self._value = ""

    def read(self, content: bytes) -> list[Row]:
        """Return the rows that have something in them; raises TableRefusedError."""
        self._part.read(content)
        return self._rows

    def _on_start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            number = attributes.get("r", "")
            self._row_number = int(number[:8]) if number.isdecimal() else self._row_number + 1
            self._column, self._cells = 0, []
        elif tag == "c":
            self._begin_cell(attributes)
        elif not self._is_in_cell:
            return
        elif tag == "f":
            self._is_formula = True
        elif tag == "rPh":
            self._is_reading = True
        elif tag == "v" or (tag == "t" and not self._is_reading):
            self._part.begin_text()

    def _on_end(self, tag: str) -> None:
        if tag == "row":
            self._end_row()
        elif not self._is_in_cell:
            return
        elif tag == "c":
            self._is_in_cell = False
            self._end_cell()
        elif tag == "rPh":
            self._is_reading = False
        elif tag == "v" or (tag == "t" and not self._is_reading):
            self._value += self._part.end_text()

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._is_in_cell, self._is_formula, self._value = True, False, ""
        self._attributes = attributes
        place = attributes.get("r")
        if place is None:
            self._column += 1
        elif found := _PLACE.fullmatch(place):
            self._column = 0
            for letter in found[1]:
                self._column = self._column * 26 + ord(letter) - ord("A") + 1
        else:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK)

    def _end_cell(self) -> None:
        cell = self._cell()
        if cell.is_empty:
            return
        if self._column > bounds.MAX_COLUMNS:
            raise TableRefusedError(
                refusals.TOO_MANY_COLUMNS, row=self._row_number, limit=bounds.MAX_COLUMNS
            )
        if len(cell.text) > bounds.MAX_CELL:
            raise TableRefusedError(refusals.LONG_CELL, row=self._row_number, limit=bounds.MAX_CELL)
        self._cells += [EMPTY] * (self._column - len(self._cells))
        self._cells[self._column - 1] = cell

    def _end_row(self) -> None:
        if not self._cells:
            return
        if len(self._rows) > bounds.MAX_ROWS:
            raise TableRefusedError(refusals.TOO_MANY_ROWS, limit=bounds.MAX_ROWS)
        self._rows.append(Row(self._row_number, self._cells))
        self._cells = []

    def _cell(self) -> Cell:
        kind, value = self._attributes.get("t", "n"), self._value
        if self._is_formula:
            return Cell(value, Kind.FORMULA)
        if kind == "s":
            if not value:
                return EMPTY
            if not value.isdecimal() or len(value) > 9 or int(value) >= len(self._texts):
                raise TableRefusedError(refusals.BROKEN_WORKBOOK)
            return Cell(self._texts[int(value)])
        if kind in ("inlineStr", "str"):
            return Cell(unescape(value))
        if not value:
            return EMPTY
        if kind in ("b", "e", "d"):
            return Cell(value, {"b": Kind.BOOL, "e": Kind.ERROR, "d": Kind.DATE}[kind])
        return self._number(value)

    def _number(self, value: str) -> Cell:
        index = self._attributes.get("s", "0")
        is_known = index.isdecimal() and len(index) < 7 and int(index) < len(self._styles)
        style = self._styles[int(index)] if is_known else _PLAIN
        try:
            number = float(value)
        except ValueError as error:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK) from error
        if style.is_date and 0 <= number < _MAX_SERIAL:
            # To the second: a day's fraction has no more digits than that.
            seconds = round(number * 86_400)
            return Cell((self._day_zero + timedelta(seconds=seconds)).isoformat(), Kind.DATE)
        return Cell(value, Kind.NUMBER, digits=style.digits)
