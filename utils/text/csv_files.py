"""CSV files that spreadsheets open as they are meant."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.utils import timezone

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"). The one list:
# whatever writes a file for a spreadsheet asks formula_escaped().
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A spreadsheet keeps so many digits of a number; an order number has more.
EXACT_DIGITS = 15


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_stream(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV file row by row: UTF-8 with the mark without which Excel shows no Chinese."""
    writer = csv.writer(_Echo())
    yield "\ufeff".encode()
    for row in chain([header], rows):
        yield writer.writerow([csv_cell(value) for value in row]).encode()


def csv_cell(value: Any) -> str:
    """Return a value as the text of a cell: no formula, and no digit lost.

    Numbers as they are written, a time in the shop's zone. A text that would be a formula gets an
    apostrophe before it; one of more digits than a spreadsheet keeps gets a tab behind it, which
    makes it a text there and is not seen.
    """
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    text = formula_escaped(str(value))
    if text.isdecimal() and len(text) > EXACT_DIGITS:
        return f"{text}\t"
    return text


def formula_escaped(text: str) -> str:
    """Return a text as a spreadsheet shows it: a would-be formula with an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_MARKS) else text
