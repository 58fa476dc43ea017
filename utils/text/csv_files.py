"""CSV files that spreadsheets open as they are meant."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
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

    Numbers as they are written. A text that would be a formula gets an apostrophe before it;
    one of more digits than a spreadsheet keeps gets a tab behind it, which makes it a text
    there and is not seen.
    """
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return str(value)
    text = str(value)
    if text.lstrip(" ").startswith(FORMULA_MARKS):
        return f"'{text}"
    if text.isdecimal() and len(text) > EXACT_DIGITS:
        return f"{text}\t"
    return text
