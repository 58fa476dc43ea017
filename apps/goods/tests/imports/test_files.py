"""Which files are read, and with what sentence the others are refused."""

import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from apps.goods.services.goods_import.headers import headers_read
from utils.spreadsheets import bounds
from utils.spreadsheets.cells import Cell, Kind, Table
from utils.spreadsheets.reading import table_read
from utils.spreadsheets.refusals import TableRefusedError

pytestmark = pytest.mark.one_database

ROWS = [["货号", "名称"], ["A1", "赣南脐橙"]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def csv_bytes(encoding: str, rows: list[list[str]] = ROWS, separator: str = ",") -> bytes:
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def workbook(**parts: Any) -> bytes:
    """A workbook as openpyxl makes it, with some parts replaced (None: left out)."""
    book, content = openpyxl.Workbook(), BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(content)
    made = BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (data := parts.get(name, old.read(name))) is not None:
                new.writestr(name, data)
        for name in {*parts} - {*old.namelist()}:
            new.writestr(name, parts[name])
    return made.getvalue()


def sheet(rows: str) -> dict[str, str]:
    text = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return {"xl/worksheets/sheet1.xml": text}


def shared(texts: str) -> dict[str, str]:
    """The parts of shared strings, as Excel writes texts; openpyxl has them in the cells."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    related = "".join(
        f'<Relationship Id="{key}" Type="{kinds}/{kind}" Target="{target}"/>'
        for key, kind, target in (("rId1", "worksheet", "worksheets/sheet1.xml"),
                                  ("rId2", "sharedStrings", "sharedStrings.xml"))
    )  # fmt: skip
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{related}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
    }


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(csv_bytes("utf-8"), "UTF-8"), (csv_bytes("utf-8-sig"), "UTF-8"),
     (csv_bytes("gb18030"), "GB18030"), (csv_bytes("gbk", separator="\t"), "GB18030"),
     (csv_bytes("utf-16", separator="\t"), "UTF-16"), (csv_bytes("utf-8", separator=";"), "UTF-8"),
     (b"sep=;\r\n" + csv_bytes("utf-8", separator=";"), "UTF-8")],
)  # fmt: skip
def test_csv_in_every_encoding(content: bytes, encoding: str) -> None:
    table = table_read(name="a.csv", content=content)
    assert (texts(table), table.encoding) == (ROWS, encoding)
    assert [row.number for row in table.rows] == [1, 2]


def test_rows_are_numbered_as_excel_does() -> None:
    content = b'sn,name\r\n\r\nA1,"two\r\nlines"\r\n,\r\nA2,x\r\n'
    table = table_read(name="a.csv", content=content)
    assert [(row.number, row.cells[0].text) for row in table.rows] == [
        (1, "sn"),
        (3, "A1"),
        (5, "A2"),
    ]


def test_cells_of_a_workbook() -> None:
    rows = (
        '<row r="2"><c r="B2"><v>12.300000000000001</v></c><c r="C2" t="b"><v>1</v></c>'
        '<c r="D2"><f>1+1</f><v>2</v></c><c r="E2" t="e"><v>#N/A</v></c></row>'
        '<row r="7"><c t="inlineStr"><is><r><t>甲</t></r><r><t>乙_x000A_</t></r>'
        "<rPh><t>jia</t></rPh></is></c><c/></row>"
    )
    table = table_read(name="a.xlsx", content=workbook(**sheet(rows)))
    assert [row.number for row in table.rows] == [2, 7]
    assert table.rows[0].cells == [
        Cell(""), Cell("12.300000000000001", Kind.NUMBER), Cell("1", Kind.BOOL),
        Cell("2", Kind.FORMULA), Cell("#N/A", Kind.ERROR),
    ]  # fmt: skip
    assert table.rows[1].cells == [Cell("甲乙\n")]


def test_shared_strings() -> None:
    texts = (
        "<si><t>货号</t></si><si><r><t>赣</t></r><r><t>南</t></r><rPh><t>gan</t></rPh></si><si/>"
    )
    rows = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>'
    content = workbook(**shared(texts), **sheet(rows))
    assert texts_of_first(content) == ["货号", "赣南"]


def texts_of_first(content: bytes) -> list[str]:
    return texts(table_read(name="a.xlsx", content=content))[0]


BOMB = "<si><t>" + "x" * 1000 + "</t></si>"
MACRO_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", "空"),
        ("a.csv", b"x" * (bounds.MAX_FILE + 1), "超过 10 MB"),
        ("a.txt", csv_bytes("utf-8"), "只能读取"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "97–2003"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "有密码"),
        ("a.xlsm", workbook(), "宏"),
        ("a.xlsx", workbook(**{"xl/vbaProject.bin": b"x"}), "宏"),
        ("a.xlsx", workbook(**{"[Content_Types].xml": MACRO_TYPES}), "宏"),
        ("a.xlsx", csv_bytes("utf-8"), "不是 Excel"),
        ("a.csv", workbook(), "扩展名改为 .xlsx"),
        ("a.csv", b"%PDF-1.7 ...", "不是文本"),
        ("a.csv", b"<html><table><tr><td>1", "网页"),
        ("a.csv", b"a,b\x00c", "不是文本"),
        ("a.csv", b"\xff\x81\x20,x", "既不是 UTF-8"),
        ("a.csv", "sn,ăē".encode(), "无法判断"),
        ("a.csv", b'a,"b\r\nc,d', "缺少引号"),
        ("a.csv", b"a\r\n" * 102, "超过 100 行"),
        ("a.csv", b"," * 200 + b"x", "超过 100 列"),
        ("a.csv", b"a," + b"x" * 40_000, "32767"),
        ("a.csv", b"a," + b"x" * 200_000, "32767"),
        ("a.xlsx", workbook()[:-100], "损坏"),
        ("a.xlsx", b"PK\x03\x04" + bytes(300), "损坏"),
        ("a.xlsx", workbook(**{"xl/workbook.xml": None}), "损坏"),
        ("a.xlsx", workbook(**{"xl/worksheets/sheet1.xml": "<worksheet"}), "损坏"),
        ("a.xlsx", workbook(**sheet('<row><c r="@1"><v>1</v></c></row>')), "损坏"),
        ("a.xlsx", workbook(**sheet('<row><c t="s"><v>99</v></c></row>')), "损坏"),
        ("a.xlsx", workbook(**{"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
         "损坏"),
        ("a.xlsx", workbook(**sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')), "超过 100 列"),
        ("a.xlsx", workbook(**sheet('<row><c><v>1</v></c></row>' * 102)), "超过 100 行"),
        ("a.xlsx", workbook(**sheet('<row>' + "<c/>" * 1000 + "</row>")), "解压"),
        ("a.xlsx", workbook(**sheet("<a>" * 100 + "</a>" * 100)), "解压"),
        ("a.xlsx", workbook(**shared(BOMB * 70)), "解压"),
        ("a.xlsx", workbook(**shared("<si/>" * 1000)), "解压"),
        ("a.xlsx", workbook(**sheet(f'<row><c t="str"><v>{"x" * 40_000}</v></c></row>')), "32767"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)  # fmt: skip
def test_refused(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str) -> None:
    # So that a test need not make what is refused by the megabyte.
    for bound, value in {"MAX_ROWS": 100, "MAX_ELEMENTS": 1000, "MAX_TEXTS": 60_000}.items():
        monkeypatch.setattr(bounds, bound, value)
    with pytest.raises(TableRefusedError) as refusal:
        table_read(name=name, content=content)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("headers", "found"),
    [(["货号", "本店价（元）", "Shop_Name"], None),
     (["goods_sn", "Shop price (yuan)", "*名称", "#备注", ""], ["goods_sn", "shop_price", "name"]),
     (["商品货号", "类别", "库存", "售价"], ["goods_sn", "category", "shop_price"]),
     (["名称", "售价"], None), (["货号"], None), (["货号", "售价", "价格"], None),
     (["ＳＫＵ", "是否上架？"], None), (["ＳＫＵ", "是否上架"], ["goods_sn", "is_on_sale"])],
)  # fmt: skip
def test_headers(headers: list[str], found: list[str] | None) -> None:
    read = headers_read([Cell(text) for text in headers])
    assert (None if read.faults else [*read.places]) == found
