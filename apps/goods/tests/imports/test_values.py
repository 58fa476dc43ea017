"""What a cell may be, and what it is refused for: the whole kinds, not examples of them."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from utils.spreadsheets.cells import Cell, Kind
from utils.spreadsheets.values import (
    CellError,
    code_of,
    flag_of,
    moment_of,
    pieces_of,
    price_of,
    scientific_of,
    text_of,
)

pytestmark = pytest.mark.one_database


def number(text: str, digits: int = 0) -> Cell:
    return Cell(text, Kind.NUMBER, digits)


def plain(text: str) -> Cell:
    return Cell(text, is_plain_text=True)


def value_or_none(read: Any, cell: Any) -> Any:
    try:
        return read(cell if isinstance(cell, Cell) else Cell(cell))
    except CellError:
        return None


@pytest.mark.parametrize(
    ("cell", "price"),
    [("12.5", "12.50"), ("¥12.50", "12.50"), ("￥ 12.5元", "12.50"), ("12元", "12.00"),
     ("1,234.50", "1234.50"), ("１２．５０", "12.50"), (" 12 ", "12.00"), ("RMB 8", "8.00"),
     ("+3", "3.00"), ("12.", "12.00"), ("1，234", "1234.00"),
     (number("12.300000000000001"), "12.30"),
     (number("1E2"), "100.00"), (number("0.1"), "0.10"), ("0", "0.00"),
     ("99999999.99", "99999999.99"),
     (plain('="12.50"'), "12.50"),
     ("", None), ("-1", None), ("－1", None), ("12.345", None), (number("12.345"), None),
     ("1,23", None), ("12,34,567", None), ("1.234,50", None), ("1e2", None), ("免费", None),
     ("12元/斤", None), ("12-15", None), ("100000000", None), ("NaN", None), ("∞", None),
     ("1" * 400, None), (number("1E300"), None), (Cell("1", Kind.BOOL), None), ("$5", None),
     (Cell("2026-01-01T00:00:00", Kind.DATE), None), (Cell("3", Kind.FORMULA), None),
     (Cell("#N/A", Kind.ERROR), None), (plain("=1+1"), None), ("１２．３．４", None)],
)  # fmt: skip
def test_prices(cell: Any, price: str | None) -> None:
    assert value_or_none(price_of, cell) == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("cell", "flag"),
    [*((word, True) for word in ("是", "有", "√", "✓", "✔", "Yes", "Y", "TRUE", "True", "t", "1",
                                 "on", "１", "对", number("1"), number("1.0"),
                                 Cell("1", Kind.BOOL))),
     *((word, False) for word in ("否", "无", "×", "✗", "No", "n", "FALSE", "f", "0", "off", "X",
                                  number("0"), Cell("0", Kind.BOOL))),
     *((word, None) for word in ("", "也许", "2", "-1", "是是", "yes!", number("2"), number("0.5"),
                                 Cell("1", Kind.FORMULA), Cell("#REF!", Kind.ERROR)))],
)  # fmt: skip
def test_flags(cell: Any, flag: bool | None) -> None:
    assert value_or_none(flag_of, cell) is flag


@pytest.mark.parametrize(
    ("cell", "code"),
    [("FR0001", "FR0001"), (" FR0001\u3000", "FR0001"), ("FR\u200b1", "FR1"), ("００1", "００1"),
     (number("6901234567890"), "6901234567890"), (number("6.90123456789E12"), "6901234567890"),
     (number("123", digits=6), "000123"), (number("12.0"), "12"), (plain('="00123"'), "00123"),
     (plain("690123456789012345\t"), "690123456789012345"), ("6.90123E+12", "6.90123E+12"),
     (number("6901234567890123"), None), (number("1.5"), None), (number("-1"), None),
     (Cell("2026-01-02T00:00:00", Kind.DATE), None), (Cell("1", Kind.BOOL), None), ("A\nB", None),
     ("A\tB", None), ("A\x00B", None), ("A\x1bB", None), (plain("=A1"), None)],
)  # fmt: skip
def test_codes(cell: Any, code: str | None) -> None:
    assert value_or_none(code_of, cell) == code


def test_shortened_numbers() -> None:
    assert scientific_of("6.901234567890E+12") == "6901234567890"
    assert scientific_of("1.5E+1") == "15"
    assert scientific_of("FR0001") is None
    for code in ("6.90123E+12", "6.90123e12", "1E+10", "1.234E+2"):
        with pytest.raises(CellError):
            scientific_of(code)


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [("12", 12), ("+5", 5), ("-3", -3), ("－3", -3), ("−3", -3), ("1,000", 1000), ("12.0", 12),
     ("5件", 5), (number("12"), 12), (number("-2.0"), -2), ("１２", 12),
     ("1.5", None), (number("1.5"), None), ("3e9", None), ("many", None), ("NaN", None),
     ("1000000001", None), ("--1", None), ("1 2", None), (number("1e999999"), None),
     (Cell("5", Kind.FORMULA), None)],
)  # fmt: skip
def test_pieces(cell: Any, pieces: int | None) -> None:
    assert value_or_none(lambda c: pieces_of(c, most=10**9), cell) == pieces


@pytest.mark.parametrize(
    ("cell", "moment"),
    [("2026-11-23", "2026-11-23 00:00:00"), ("2026/1/2", "2026-01-02 00:00:00"),
     ("2026.1.2", "2026-01-02 00:00:00"), ("2026年11月23日", "2026-11-23 00:00:00"),
     ("2026年1月2日 8时5分", "2026-01-02 08:05:00"), ("2026-11-23 18:30", "2026-11-23 18:30:00"),
     ("2026-11-23T18:30:05", "2026-11-23 18:30:05"),
     ("２０２６－１１－２３", "2026-11-23 00:00:00"),
     (Cell("2026-11-23T18:30:05", Kind.DATE), "2026-11-23 18:30:05"),
     ("2026-02-29", None), ("11/23/2026", None), ("23.11.2026", None), ("03/04/26", None),
     ("2026-11", None), ("2026-1/2", None), ("明天", None), (number("46349"), None),
     ("20261123", None),
     ("2026-11-23 25:00", None), ("0001-01-01", None), ("9999-01-01", None),
     (Cell("2026-11-23", Kind.FORMULA), None)],
)  # fmt: skip
def test_moments(cell: Any, moment: str | None) -> None:
    found = value_or_none(moment_of, cell)
    assert (found and f"{timezone.localtime(found):%Y-%m-%d %H:%M:%S}") == moment


def test_texts_stay_as_they_are() -> None:
    assert text_of(plain("'=1+1")) == "=1+1"
    assert text_of(plain("'tis")) == "'tis"
    assert text_of(Cell("=1+1")) == "=1+1"  # a workbook says itself what is a formula
    assert text_of(Cell(" 多\r\n行👨‍👩‍👧 ")) == "多\n行👨‍👩‍👧"
    assert text_of(number("12.10")) == "12.10"
