"""A table out of a file, whatever kind of file it is."""

from pathlib import PurePath

from utils.uploads.content import Content, starts_with

from . import bounds, refusals
from .cells import Table
from .refusals import TableRefusedError
from .text_files import csv_table
from .workbook import xlsx_table

ZIP, COMPOUND, PDF = b"PK", b"\xd0\xcf\x11\xe0", b"%PDF"
MACRO_NAMES = {".xlsm", ".xltm", ".xlam", ".xlsb"}
OLD_NAMES = {".xls", ".xlt"}


def file_check(*, name: str, size: int, content: Content) -> None:
    """Look at a file before it is read: what it is called, and whether it begins like that.

    Quick, whatever the file holds. Raises TableRefusedError.
    """
    suffix = PurePath(name).suffix.lower()
    if size > bounds.MAX_FILE:
        raise TableRefusedError(refusals.TOO_LARGE, limit=bounds.MAX_FILE // 2**20)
    if not size:
        raise TableRefusedError(refusals.EMPTY_FILE)
    if suffix in MACRO_NAMES:
        raise TableRefusedError(refusals.MACROS)
    if suffix in OLD_NAMES or starts_with(content, COMPOUND):
        raise TableRefusedError(refusals.OLD_WORKBOOK)
    if suffix not in (".xlsx", ".csv"):
        raise TableRefusedError(refusals.UNKNOWN_NAME, name=name[-60:])
    is_zip = starts_with(content, ZIP)
    if suffix == ".xlsx" and not is_zip:
        raise TableRefusedError(refusals.NOT_A_WORKBOOK)
    if suffix == ".csv" and is_zip:
        raise TableRefusedError(refusals.WORKBOOK_AS_CSV)
    if starts_with(content, PDF):
        raise TableRefusedError(refusals.BINARY)


def table_read(*, name: str, content: Content) -> Table:
    """Return the table in a file; raises TableRefusedError."""
    file_check(name=name, size=len(content), content=content)
    is_workbook = PurePath(name).suffix.lower() == ".xlsx"
    table = xlsx_table(content) if is_workbook else csv_table(content[:])
    if not table.rows:
        raise TableRefusedError(refusals.EMPTY_FILE)
    return table
