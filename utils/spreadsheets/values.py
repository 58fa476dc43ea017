"""What a cell means: texts, codes, prices, pieces, flags and dates as people and Excel write them.

Each function takes a cell that is not empty and returns its value, or raises CellError with a
sentence for whoever made the file. What is accepted stands in docs/import_export.md; what is not
accepted is refused, never taken for the next best thing.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from utils.text.csv_files import FORMULA_MARKS

from .cells import Cell, Kind

# A spreadsheet keeps so many digits of a number, and writes one or two of noise behind them.
EXACT_DIGITS = 15

_PRICE = re.compile(r"[+]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?")
_PIECES = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.0*)?")
_CURRENCY = re.compile(r"\A(¥|RMB|CNY|人民币)\s*|\s*(元|圆|RMB|CNY|人民币)\Z", re.IGNORECASE)
_COUNTED = re.compile(r"\s*(件|个|pcs|pieces)\Z", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d{1,3})", re.IGNORECASE)
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[ T]+(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.0+)?秒?|分)?)?"
)
# Zero-width and direction marks come along when text is copied from a web page.
_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u200e\u200f\u2060]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(
        ("是", "有", "对", "真", "√", "✓", "✔", "☑", "yes", "y", "true", "t", "on", "1"), True
    ),
    **dict.fromkeys(
        ("否", "无", "不", "不是", "没有", "错", "假", "×", "✗", "✘", "☒", "x", "no", "n", "false",
         "f", "off", "0"), False,
    ),
}  # fmt: skip


class CellError(Exception):
    """The text says what is wrong with the value of a cell; the value itself is shown beside it."""


def text_of(cell: Cell) -> str:
    """Return a text as it stands there, without space around it."""
    _refuse_other_than(cell, Kind.TEXT, Kind.NUMBER)
    if cell.kind is Kind.NUMBER:
        return _number_text(cell)
    text = _unescaped(cell) if cell.is_plain_text else cell.text
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(text):
        raise CellError(_("There is a control character in it."))
    return text


def line_of(cell: Cell) -> str:
    """Return a text of one line."""
    text = text_of(cell)
    if "\n" in text or "\t" in text:
        raise CellError(_("It must be one line, without line breaks and tabs."))
    return text


def code_of(cell: Cell) -> str:
    """Return a code, such as an article number, of which no digit may be lost or invented."""
    if cell.kind is Kind.NUMBER:
        number = _number(cell)
        if number % 1 or number < 0:
            raise CellError(_("A code has no decimals. Format the column as text."))
        if len(str(int(number))) > EXACT_DIGITS:
            raise CellError(
                _("Excel keeps 15 digits of a number; the others are lost. Format the column as "
                  "text and write the code again.")
            )  # fmt: skip
        return str(int(number)).zfill(cell.digits)
    return _INVISIBLE.sub("", line_of(cell)).strip()


def scientific_of(code: str) -> str | None:
    """Return the whole number that a code like 6.901234567890E+12 writes out in full.

    None when the code is of another form. Raises CellError when digits are missing.
    """
    found = _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", code))
    if found is None:
        return None
    first, decimals, exponent = found[1], found[2] or "", int(found[3])
    if len(decimals) != exponent:
        raise CellError(
            _("Excel has shortened this number, and its last digits are lost. Format the column as "
              "text and write the code again.")
        )  # fmt: skip
    return first + decimals


def price_of(cell: Cell) -> Decimal:
    """Return an amount in yuan with two decimals."""
    _refuse_other_than(cell, Kind.TEXT, Kind.NUMBER)
    if cell.kind is Kind.NUMBER:
        amount = _number(cell)
    else:
        text = _CURRENCY.sub("", _folded(cell)).strip()
        if text.startswith("-"):
            raise CellError(_("A price is not negative."))
        if len(text) > 30 or not _PRICE.fullmatch(text):
            raise CellError(_("It is not a price. Write it like 12.50."))
        amount = Decimal(text.replace(",", "").rstrip("."))
    if amount < 0:
        raise CellError(_("A price is not negative."))
    if amount >= 10**8:
        raise CellError(_("A price is less than 100,000,000 yuan."))
    if amount != amount.quantize(Decimal("0.01")):
        raise CellError(_("A price has at most two decimals."))
    return amount.quantize(Decimal("0.01"))


def pieces_of(cell: Cell, *, most: int) -> int:
    """Return a whole number from ``-most`` to ``most``."""
    _refuse_other_than(cell, Kind.TEXT, Kind.NUMBER)
    if cell.kind is Kind.NUMBER:
        number = _number(cell)
    else:
        text = _COUNTED.sub("", _folded(cell).replace("−", "-"))
        if len(text) > 30 or not _PIECES.fullmatch(text):
            raise CellError(_("It is not a whole number of pieces. Write it like 12 or -3."))
        number = Decimal(text.replace(",", "").rstrip("."))
    if number % 1:
        raise CellError(_("It is not a whole number of pieces. Write it like 12 or -3."))
    if abs(number) > most:
        raise CellError(_("At most %(most)d pieces.") % {"most": most})
    return int(number)


def flag_of(cell: Cell, words: Mapping[str, bool] | None = None) -> bool:
    """Return what a cell answers to yes or no; ``words`` are answers of this column besides."""
    if cell.kind is Kind.BOOL:
        return cell.text == "1"
    _refuse_other_than(cell, Kind.TEXT, Kind.NUMBER)
    is_number = cell.kind is Kind.NUMBER
    word = f"{_number(cell).normalize():f}" if is_number else _folded(cell).lower()
    answer = FLAGS.get(word, (words or {}).get(word))
    if answer is None:
        raise CellError(_("It is neither yes nor no. Write 是 or 否."))
    return answer


def moment_of(cell: Cell) -> datetime:
    """Return a day, or a day and a time, in the shop's zone; without a time its midnight."""
    if cell.kind is Kind.NUMBER:
        raise CellError(
            _("It is a number. Format the cell as a date, or write it like 2026-11-23.")
        )
    _refuse_other_than(cell, Kind.TEXT, Kind.DATE)
    found = _DATE.fullmatch(_folded(cell)) if cell.kind is Kind.TEXT else None
    try:
        if found is not None:
            parts: Any = [int(part) for part in found.groups() if part is not None]
            moment = datetime(*parts)  # noqa: DTZ001  (the shop's zone, below)
        elif cell.kind is Kind.DATE:
            moment = datetime.fromisoformat(cell.text).replace(tzinfo=None, microsecond=0)
        else:
            raise CellError(_("It is not a date. Write it like 2026-11-23 or 2026-11-23 18:30."))
        if not 1970 <= moment.year <= 2200:
            raise ValueError
        return timezone.make_aware(moment)
    except ValueError as error:
        raise CellError(_("There is no such day.")) from error


def _refuse_other_than(cell: Cell, *kinds: Kind) -> None:
    if cell.kind in kinds:
        return
    texts = {
        Kind.FORMULA: _("It is a formula. Copy the column and paste it as values."),
        Kind.ERROR: _("Excel shows an error here."),
        Kind.DATE: _("Excel holds a date here. Format the column as text."),
        Kind.BOOL: _("Excel holds TRUE or FALSE here."),
        Kind.TEXT: _("It is a text."),
        Kind.NUMBER: _("It is a number."),
    }
    raise CellError(texts[cell.kind])


def _folded(cell: Cell) -> str:
    """Return a text with full-width letters, digits and signs as narrow ones."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text_of(cell)))
    return text.strip().replace("￥", "¥")


def _unescaped(cell: Cell) -> str:
    """Return the text that a CSV field means: '=1+1 and ="00123" are ways to keep Excel's off."""
    text = cell.text.strip()
    if text.startswith("'") and text[1:].lstrip(" ").startswith(FORMULA_MARKS):
        return text[1:]
    if found := _QUOTED_FORMULA.fullmatch(text):
        return found[1]
    if text.startswith(("=", "＝")):
        raise CellError(_("It is a formula. Copy the column and paste it as values."))
    return text


def _number(cell: Cell) -> Decimal:
    """Return a number of a workbook without the noise behind its 15th digit."""
    number = Decimal(cell.text)
    if not number.is_finite() or number.adjusted() > 30:
        raise CellError(_("The number is too large."))
    if number.adjusted() < -30:
        return Decimal(0)
    digits = len(number.as_tuple().digits)
    if digits <= EXACT_DIGITS:
        return number
    step = Decimal(1).scaleb(number.adjusted() - EXACT_DIGITS + 1)
    # An integer is written out in full: all its digits count, and code_of() counts them.
    return number if number % 1 == 0 else number.quantize(step).normalize()


def _number_text(cell: Cell) -> str:
    number = _number(cell)
    return f"{number:f}".zfill(cell.digits) if number % 1 else str(int(number)).zfill(cell.digits)
