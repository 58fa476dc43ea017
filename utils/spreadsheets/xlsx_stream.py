"""Workbooks written row by row: nothing is kept, whatever number of rows."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from django.utils import timezone

from . import bounds
from .xlsx_parts import (
    COUNT,
    HEAD,
    MAIN,
    MOMENT,
    MONEY,
    STYLES,
    SUM_COUNT,
    SUM_MONEY,
    SUM_TEXT,
    TEXT,
    XML,
    package,
)  # fmt: skip

# Of an Excel sheet; what is beyond goes into another one.
MAX_ROWS = 2**20
EXACT_DIGITS = 15
_PIECE = 2**15
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (as spreadsheets have it: of no zone)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Sums(tuple[Any, ...]):
    """A row that adds up those above it; shown in bold."""


class Sheet(NamedTuple):
    """``rows`` hold texts, ints, Decimals (money), aware datetimes and None (an empty cell)."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


class _Sink:
    """What zipfile writes to: it cannot go back in it."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def xlsx_stream(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Yield a workbook in pieces. Texts are kept as texts: none becomes a formula or a number."""
    sink = _Sink()
    names: list[str] = []
    with zipfile.ZipFile(sink, "w", compresslevel=3) as archive:  # type: ignore[call-overload]
        archive.writestr(_part("xl/styles.xml"), STYLES)
        for sheet in sheets:
            rest = iter(sheet.rows)
            row, is_first = next(rest, None), True
            while is_first or row is not None:
                names.append(_sheet_name(sheet.name, len(names) + 1, is_first=is_first))
                rows = chain([] if row is None else [row], islice(rest, MAX_ROWS - 2))
                for _piece in _write(archive, len(names), sheet.header, rows):
                    if data := sink.take():
                        yield data
                row, is_first = next(rest, None), False
        for name, text in package(names):
            archive.writestr(_part(name), text)
    yield sink.take()


def _write(
    archive: zipfile.ZipFile, number: int, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[None]:
    """Write a sheet; yield whenever there is something to be sent."""
    part = _part(f"xl/worksheets/sheet{number}.xml")
    with archive.open(part, "w", force_zip64=True) as file:
        text = _begin(header)
        for place, row in enumerate(rows, start=2):
            text += _row(place, row)
            if len(text) > _PIECE:
                file.write(text.encode())
                text = ""
                yield
        file.write(f"{text}</sheetData></worksheet>".encode())
    yield


def _part(name: str) -> zipfile.ZipInfo:
    """Of no time: the same rows make the same file."""
    part = zipfile.ZipInfo(name)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _begin(header: Sequence[str]) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{_width(text)}" customWidth="1"/>'
        for n, text in enumerate(header, 1)
    )
    cells = "".join(_text(_letter(n), 1, text, HEAD) for n, text in enumerate(header))
    return (
        f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f'</sheetViews><cols>{columns}</cols><sheetData><row r="1">{cells}</row>'
    )


def _width(text: str) -> int:
    return max(12, 2 * len(text) + 4)


def _row(number: int, row: Sequence[Any]) -> str:
    is_sum = isinstance(row, Sums)
    cells = (
        _cell(_letter(place), number, value, is_sum)
        for place, value in enumerate(row)
        if value is not None and value != ""
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(letter: str, number: int, value: Any, is_sum: bool) -> str:
    if isinstance(value, Decimal):
        style = SUM_MONEY if is_sum else MONEY
        return f'<c r="{letter}{number}" s="{style}"><v>{value:f}</v></c>'
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**EXACT_DIGITS:
        return f'<c r="{letter}{number}" s="{SUM_COUNT if is_sum else COUNT}"><v>{value}</v></c>'
    if isinstance(value, datetime):
        seconds = (timezone.make_naive(value).replace(microsecond=0) - _DAY_ZERO).total_seconds()
        return f'<c r="{letter}{number}" s="{MOMENT}"><v>{seconds / 86_400!r}</v></c>'
    return _text(letter, number, str(value), SUM_TEXT if is_sum else TEXT)


def _text(letter: str, number: int, text: str, style: int) -> str:
    """A text longer than a cell may be is left out: cut short, it would come back as it."""
    if len(text) > bounds.MAX_CELL:
        return ""
    shown = escape(_NOT_IN_XML.sub("", text)).replace("\r", "&#13;")
    return (
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}'
        "</t></is></c>"
    )


def _letter(place: int) -> str:
    """Return the name of a column, of which the first is 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = _LETTERS[rest] + name
    return name


def _sheet_name(name: str, number: int, *, is_first: bool) -> str:
    plain = re.sub(r"[\[\]:*?/\\']", " ", name)[:24]
    return plain if is_first else f"{plain} ({number})"
