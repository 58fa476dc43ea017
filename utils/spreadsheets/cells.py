"""What a cell of a table holds, as it stands in the file: nothing is guessed here."""

from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    TEXT = auto()  # every cell of a CSV file, and the texts of a workbook
    NUMBER = auto()  # ``text`` is the number as the workbook keeps it, such as 12.300000000000001
    BOOL = auto()  # ``text`` is 1 or 0
    DATE = auto()  # ``text`` is ISO 8601, without a zone
    FORMULA = auto()
    ERROR = auto()  # ``text`` is #N/A or the like


class Cell(NamedTuple):
    text: str
    kind: Kind = Kind.TEXT
    # Of a number that is shown with leading zeros (format 00000): how many digits it has.
    digits: int = 0
    # Of a text in a CSV file, where a formula cannot be told from a text.
    is_plain_text: bool = False

    @property
    def is_empty(self) -> bool:
        return self.kind is Kind.TEXT and not self.text.strip()


EMPTY = Cell("")


class Row(NamedTuple):
    """``number`` is the one that a spreadsheet shows beside the row."""

    number: int
    cells: list[Cell]

    @property
    def is_empty(self) -> bool:
        return all(cell.is_empty for cell in self.cells)


class Table(NamedTuple):
    """``rows`` have no empty ones among them; the first of them are the headers."""

    rows: list[Row]
    # Of a workbook: the sheet that was read, and how many others were not.
    sheet: str = ""
    other_sheets: int = 0
    # Of a CSV file: what its bytes were taken for.
    encoding: str = ""
