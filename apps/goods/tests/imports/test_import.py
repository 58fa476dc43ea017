"""From a file to the goods: check, confirm, import, result."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import Sum
from django.test import Client

from apps.goods.models import Goods, GoodsImport, StockMovement
from apps.goods.services.stock import stock_adjust
from utils.cache.catalogue_version import catalogue_version

from ..conftest import Catalogue
from .helpers import PAGE, changes, csv_file, faults, press, upload, xlsx_file

pytestmark = pytest.mark.django_db

HEADER = ["货号", "名称", "类别", "本店价（元）", "库存变动", "Goods_Desc", "是否上架"]


def test_from_a_file_to_the_goods(
    staff: Client, catalogue: Catalogue, django_capture_on_commit_callbacks: Any
) -> None:
    orange = catalogue.in_orange
    file = xlsx_file(
        HEADER,
        ["IMP1", "进口橙", "水果/柑橘/橙子", 9.9, 4, "<p>好</p><script>x</script>", "下架"],
        [orange.goods_sn, "脐橙王", None, "￥３５．００", "+2", None, None],
        [catalogue.in_meat.goods_sn, "牛肉", catalogue.meat.code, 156, None, None, True],
    )
    goods_import = upload(staff, file)

    assert (goods_import.state, goods_import.rows_total) == ("checked", 3)
    assert changes(goods_import) == {
        2: [["name", None, "进口橙"], ["category", None, catalogue.orange.pk],
            ["shop_price", None, "9.90"], ["goods_desc", None, "<p>好</p>"],
            ["is_on_sale", None, False], ["market_price", None, "9.90"], ["stock_change", 0, 4]],
        3: [["name", "脐橙", "脐橙王"], ["shop_price", "29.90", "35.00"], ["stock_change", 8, 2]],
    }  # fmt: skip
    assert not Goods.objects.filter(goods_sn="IMP1").exists()
    page = staff.get(f"{PAGE}{goods_import.pk}/change/?show=change").content.decode()
    assert "<del>29.90</del> → <ins>35.00</ins>" in page
    assert "<b>库存</b> <del>8</del> → <ins>10 (+2)</ins>" in page
    warned = staff.get(f"{PAGE}{goods_import.pk}/change/").content.decode()
    assert "详情中会去掉：&lt;script&gt;" in warned

    stock_adjust(goods_id=orange.pk, delta=-3)  # a sale since the check
    before = catalogue_version()
    with django_capture_on_commit_callbacks(execute=True):
        press(staff, goods_import, "start")

    assert (goods_import.state, goods_import.rows_done) == ("done", 2)
    assert catalogue_version() != before
    new = Goods.objects.get(goods_sn="IMP1")
    assert (new.name, new.category, new.goods_num) == ("进口橙", catalogue.orange, 4)
    assert (new.goods_desc, new.is_on_sale) == ("<p>好</p>", False)
    assert (new.market_price, new.search_text) == (Decimal("9.90"), "进口橙\n\n好")
    orange.refresh_from_db()
    assert (orange.name, orange.shop_price) == ("脐橙王", Decimal("35.00"))
    assert (orange.goods_num, orange.search_text.split()[0]) == (8 - 3 + 2, "脐橙王")
    references = StockMovement.objects.filter(reference=f"import:{goods_import.pk}")
    assert sorted(references.values_list("delta", "reason")) == [(2, "adjust"), (4, "adjust")]
    entry = LogEntry.objects.get(object_id=str(orange.pk))
    assert entry.change_message == (
        f"导入 {goods_import.pk}，第 3 行：名称 脐橙 → 脐橙王; 本店价 29.90 → 35.00; 库存变动 +2"
    )
    ledger = orange.movements.aggregate(pieces=Sum("delta"))
    assert ledger == {"pieces": orange.goods_num}

    book = openpyxl.load_workbook(
        BytesIO(b"".join(staff.get(f"{PAGE}{goods_import.pk}/result/")))  # type: ignore[arg-type]
    )
    rows = [[cell.value for cell in row][:2] for row in book.active]
    assert rows == [["#行号", "#结果"], [2, "已导入"], [3, "已导入"], [4, "无变化"]]


def test_all_faults_at_once_and_nothing_written(staff: Client, catalogue: Catalogue) -> None:
    sn, meat = catalogue.in_orange.goods_sn, catalogue.in_meat.goods_sn
    goods_import = upload(
        staff,
        csv_file(
            ["货号", "名称", "类别", "本店价", "库存变动", "新品"],
            ["N1", "", "没有的类", "x", "1.5", "也许"],
            [],
            [sn, "橙", "", "", "-9", ""],
            [sn.lower(), "小写", "橙子", "1", "", ""],
            ["6.90123E+12", "码", "橙子", "1", "", ""],
            ["D1", "一", "橙子", "1", "", ""],
            ["D1", "二", "橙子", "=1+1", "", ""],
            ["", "无号", "橙子", "-1", "", ""],
            [meat, "", "", "", "", ""],
        ),
    )
    assert goods_import.state == "faulty"
    assert faults(goods_import) == [
        (2, "name", "", "新商品必须填写。"),
        (2, "category", "没有的类",
         "没有这个类别。请写类别代码、路径（如 水果/柑橘/橙子）或名称。"),
        (2, "shop_price", "x", "不是价格。请写成 12.50 这样。"),
        (2, "stock_change", "1.5", "不是整数件数。请写成 12 或 -3 这样。"),
        (2, "is_new", "也许", "不是“是”或“否”。请写 是 或 否。"),
        (4, "stock_change", "-9", "只剩 8 件。"),
        (5, "goods_sn", sn.lower(), f"与货号“{sn}”只差大小写、全角半角或空格。"),
        (6, "goods_sn", "6.90123E+12",
         "Excel 缩写了这个数字，后面的位数已丢失。请把这一列设为文本格式，重新填写。"),
        (7, "goods_sn", "D1", "第 8 行的货号相同。"),
        (8, "goods_sn", "D1", "第 7 行的货号相同。"),
        (8, "shop_price", "=1+1", "这是公式。请复制这一列，再“粘贴为值”。"),
        (9, "goods_sn", "", "没有货号。"),
        (9, "shop_price", "-1", "价格不能为负。"),
    ]  # fmt: skip
    assert goods_import.rows.get(number=10).plan == "same"
    press(staff, goods_import, "start")
    assert goods_import.state == "faulty"
    assert Goods.objects.count() == 5
    assert catalogue.in_orange.movements.count() == 1


def test_what_somebody_else_changed_since_the_check(staff: Client, catalogue: Catalogue) -> None:
    orange, meat, fruit = catalogue.in_orange, catalogue.in_meat, catalogue.in_fruit
    goods_import = upload(
        staff,
        csv_file(
            ["货号", "名称", "类别", "本店价", "库存变动"],
            [orange.goods_sn, "脐橙王", "", "35", ""],
            [meat.goods_sn, "", "", "160", ""],
            [fruit.goods_sn, "", "", "88", ""],
            ["N1", "新", "橙子", "1", ""],
            [catalogue.in_citrus.goods_sn, "", "", "", "3"],
        ),
    )
    Goods.objects.filter(pk=orange.pk).update(shop_price="31.00")
    Goods.objects.filter(pk=meat.pk).update(name="和牛")  # another column
    Goods.objects.filter(pk=fruit.pk).update(shop_price="88.00")  # the same as the file
    Goods.objects.create(goods_sn="N1", name="同号", category=catalogue.meat)
    press(staff, goods_import, "start")
    assert goods_import.state == "done"
    outcomes = {row.number: (row.outcome, row.reason) for row in goods_import.rows.all()}
    assert outcomes == {
        2: ("conflict", "本店价：检查时是 29.90，现在是 31.00。"),
        3: ("done", ""),
        4: ("done", ""),
        5: ("conflict", "检查之后，有人添加了同货号的商品。"),
        6: ("done", ""),
    }
    orange.refresh_from_db()
    meat.refresh_from_db()
    assert (orange.name, orange.shop_price) == ("脐橙", Decimal("31.00"))
    assert (meat.name, meat.shop_price) == ("和牛", Decimal("160.00"))
    assert Goods.objects.get(goods_sn="N1").name == "同号"

    press(staff, goods_import, "again")
    press(staff, goods_import, "again")
    again, same = GoodsImport.objects.order_by("-pk")[:2]
    assert again.digest == same.digest  # of which a page warns, if both are started
    assert changes(again) == {
        2: [["name", "脐橙", "脐橙王"], ["shop_price", "31.00", "35.00"]],
        3: [["name", "同号", "新"], ["category", catalogue.meat.pk, catalogue.orange.pk],
            ["shop_price", "0.00", "1.00"]],
    }  # fmt: skip
    press(staff, again, "start")
    orange.refresh_from_db()
    assert (orange.name, orange.shop_price) == ("脐橙王", Decimal("35.00"))


def test_exported_goods_are_imported_without_a_change(staff: Client, catalogue: Catalogue) -> None:
    Goods.objects.filter(pk=catalogue.in_orange.pk).update(
        name="=1+1", goods_brief="-5 度\r\n两行", market_price="1234.50"
    )
    Goods.objects.filter(pk=catalogue.in_meat.pk).update(goods_sn="00690123456789012345")
    for kind in ("xlsx", "csv"):
        response: Any = staff.post("/admin/goods/goods/export/", {"format": kind})
        content = b"".join(response)
        file = BytesIO(content)
        file.name = f"goods.{kind}"
        goods_import = upload(staff, file)
        assert (goods_import.state, faults(goods_import), changes(goods_import)) == (
            "checked", [], {},
        )  # fmt: skip
        assert goods_import.rows_total == 5
        if kind == "csv":
            assert content.startswith("\ufeff商品货号,".encode())
            assert b",=" not in content
        else:
            sheet = openpyxl.load_workbook(BytesIO(content)).active
            assert sheet is not None
            assert {cell.data_type for row in sheet for cell in row} == {"s", "n", "d"}
            assert sheet["D2"].value == 99


def test_a_file_is_imported_once(staff: Client, catalogue: Catalogue) -> None:
    rows = ["货号", "库存变动"], [catalogue.in_orange.goods_sn, "2"]
    goods_import = upload(staff, csv_file(*rows))
    for _ in range(2):
        press(staff, goods_import, "start")
    catalogue.in_orange.refresh_from_db()
    assert catalogue.in_orange.goods_num == 10
    second = upload(staff, csv_file(*rows))
    page = staff.get(f"{PAGE}{second.pk}/change/").content.decode()
    assert "这个文件曾经导入过" in page
    press(staff, second, "cancel")
    assert second.state == "cancelled"
    press(staff, second, "start")
    catalogue.in_orange.refresh_from_db()
    assert catalogue.in_orange.goods_num == 10


def test_a_filtered_list_is_exported(staff: Client, catalogue: Catalogue) -> None:
    address = "/admin/goods/goods/export/?is_new__exact=1"
    assert "1 件商品" in staff.get(address).content.decode()
    response: Any = staff.post(address, {"format": "csv"})
    assert [line.split(",")[1] for line in b"".join(response).decode().splitlines()[1:]] == ["牛肉"]
    chosen = {"action": "export_chosen", "_selected_action": [catalogue.in_meat.pk]}
    response = staff.post("/admin/goods/goods/", chosen)
    book = openpyxl.load_workbook(BytesIO(b"".join(response)))
    assert [cell.value for cell in book.active["B"]] == ["名称", "牛肉"]  # type: ignore[index]
