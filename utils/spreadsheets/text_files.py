"""CSV files: in which encoding and with which separator they come."""

import csv
import re
from io import StringIO

from . import bounds, refusals
from .cells import Cell, Row, Table
from .refusals import TableRefusedError

SEPARATORS = ",\t;"
UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_HINT = re.compile(r"\Asep=(.)\n")
_WEB_PAGE = re.compile(r"\A\s*<(!doctype|html|head|table|\?xml|meta)", re.IGNORECASE)


def csv_table(content: bytes) -> Table:
    """Read a CSV file; raises TableRefusedError."""
    text, encoding = decode(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise TableRefusedError(refusals.BINARY)
    if _WEB_PAGE.match(text):
        raise TableRefusedError(refusals.WEB_PAGE)
    separator = ""
    if hint := _HINT.match(text):  # a line for Excel, which does not show it as a row
        separator, text = hint[1], text[hint.end() :]
    if separator not in {*SEPARATORS}:
        separator = separator_of(text)
    return Table(_rows(text, separator), encoding=encoding)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding; raises TableRefusedError.

    UTF-8 is strict enough that a file of several Chinese words in GBK is hardly ever valid in it.
    What is valid in both ways, and would be rare letters in UTF-8, is not guessed.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return _strictly(content[3:], "utf-8"), "UTF-8"
    for mark, codec in UTF_16_MARKS.items():
        if content.startswith(mark):
            return _strictly(content[2:], codec), "UTF-16"
    if b"\0" in content:
        raise TableRefusedError(refusals.BINARY)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(content, "gb18030"), "GB18030"
    letters = {letter for letter in text if letter > "\x7f"}
    is_rare = letters and all("\u0100" <= letter < "\u0800" for letter in letters)
    if is_rare and _is_valid(content, "gb18030"):
        raise TableRefusedError(refusals.AMBIGUOUS_ENCODING)
    return text, "UTF-8"


def _strictly(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise TableRefusedError(refusals.UNKNOWN_ENCODING) from error


def _is_valid(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def separator_of(text: str) -> str:
    """Return what separates the headers: the first line with something in it."""
    line = next((line for line in text.split("\n", 100) if line.strip()), "")
    return max(SEPARATORS, key=line[: bounds.MAX_CELL].count)


def _rows(text: str, separator: str) -> list[Row]:
    rows: list[Row] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, record in enumerate(reader, start=1):
            fields = _bounded(number, record)
            if not any(field and not field.isspace() for field in fields):
                continue
            if len(rows) > bounds.MAX_ROWS:
                raise TableRefusedError(refusals.TOO_MANY_ROWS, limit=bounds.MAX_ROWS)
            rows.append(Row(number, [Cell(field, is_plain_text=True) for field in fields]))
    except csv.Error as error:
        if "limit" in str(error):
            raise TableRefusedError(
                refusals.LONG_CELL, row=len(rows) + 1, limit=bounds.MAX_CELL
            ) from error
        raise TableRefusedError(refusals.BROKEN_CSV, line=reader.line_num) from error
    return rows


def _bounded(number: int, record: list[str]) -> list[str]:
    """Return the fields of a row without empty ones beyond the last column that is read."""
    if len(record) > bounds.MAX_COLUMNS:
        if any(field.strip() for field in record[bounds.MAX_COLUMNS :]):
            raise TableRefusedError(refusals.TOO_MANY_COLUMNS, row=number, limit=bounds.MAX_COLUMNS)
        record = record[: bounds.MAX_COLUMNS]
    if any(len(field) > bounds.MAX_CELL for field in record):
        raise TableRefusedError(refusals.LONG_CELL, row=number, limit=bounds.MAX_CELL)
    return record
