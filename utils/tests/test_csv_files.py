from decimal import Decimal

import pytest

from utils.text.csv_files import csv_cell, csv_stream

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("脐橙", "脐橙"), ("", ""), (None, ""), (3, "3"), (-3, "-3"),
        (Decimal("12.30"), "12.30"), (Decimal("-1.00"), "-1.00"), (Decimal("0E-2"), "0.00"),
        ("=1+1", "'=1+1"), ("+86", "'+86"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\n=1", "'\n=1"), ("  =1", "'  =1"),
        ("＝1", "'＝1"), ("a=1", "a=1"), ("1-1", "1-1"),
        ("13800000001", "13800000001"), ("1" * 15, "1" * 15), ("1" * 16, "1" * 16 + "\t"),
        ("2026112412000012345678", "2026112412000012345678\t"),
    ],
)  # fmt: skip
def test_cells(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


def test_a_file_is_made_row_by_row() -> None:
    taken = []

    def rows():
        for number in range(3):
            taken.append(number)
            yield [number, 'a "b", c', "x\ny"]

    stream = csv_stream(["n", "文"], rows())
    assert (next(stream), next(stream)) == (b"\xef\xbb\xbf", "n,文\r\n".encode())
    assert taken == []
    assert next(stream) == b'0,"a ""b"", c","x\ny"\r\n'
    assert taken == [0]
    assert len(list(stream)) == 2
