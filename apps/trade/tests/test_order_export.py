"""Orders as a file: what stands in it, who may have it, what it costs."""

import csv
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.trade.models import OrderInfo, Payment

from .staff import ORDERS, act, rows_make, staff_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def rows_of(response: Any) -> list[list[str]]:
    text = response.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:], newline="")))


def test_a_row_for_each_line(paid_order, mine, order_of, pears, buyer):
    paid = OrderInfo.objects.get()
    Payment.objects.update(refunded="4.60")
    mine.post("/shopcarts/", {"goods": pears.pk, "nums": 1})
    second = OrderInfo.objects.get(pk=order_of(1, post_script="快点，谢谢")["id"])
    response = act(staff_client("view_orderinfo"), ORDERS, "export_csv", paid, second)
    assert response.status_code == 200
    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith(
        'attachment; filename="order-lines-20'
    )
    header, *rows, sums = rows_of(response)
    assert header == [
        "order number", "status", "ordered", "paid", "shipped", "closed because", "username",
        "recipient", "recipient's mobile", "address", "buyer's note", "freight", "total",
        "given back", "trade number", "goods number", "goods", "price", "pieces", "amount",
    ]  # fmt: skip

    def time(moment: Any) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"

    where = ["13800000001", "小满", "13800000001", "江苏省苏州市平江路 1 号"]
    of_second = [
        f"{second.order_sn}\t", "waiting for payment", time(second.add_time), "", "", "", *where,
        "快点，谢谢", "0.00", "17.35", "", "",
    ]  # fmt: skip
    sn = {line.name: line.goods.goods_sn for line in second.lines.select_related("goods")}
    assert rows == [
        [*of_second, sn["脐橙"], "脐橙", "12.30", "1", "12.30"],
        # The order's total once, so that the column can be added up.
        [*of_second[:11], "", "", *of_second[13:], sn["酥梨"], "酥梨", "5.05", "1", "5.05"],
        [f"{paid.order_sn}\t", "paid", time(paid.add_time), time(paid.pay_time), "", "", *where,
         "", "0.00", "24.60", "4.60", f"{paid.trade_no}\t", sn["脐橙"], "脐橙", "12.30", "2",
         "24.60"],
    ]  # fmt: skip
    assert sums == ["sum", *[""] * 10, "0.00", "41.95", "4.60", *[""] * 4, "4", "41.95"]


def test_a_row_for_each_order(paid_order, order_of):
    paid = OrderInfo.objects.get()
    Payment.objects.update(refunded="4.60")
    unpaid = OrderInfo.objects.get(pk=order_of(1, post_script="=1+1")["id"])
    client = staff_client("view_orderinfo")
    response = act(client, ORDERS, "export_orders_csv", paid, unpaid)
    header, *rows, sums = rows_of(response)
    money = [header.index(name) for name in ("pieces", "total", "amount paid", "given back",
                                             "paid less given back")]  # fmt: skip
    assert [row[0] for row in rows] == [f"{unpaid.order_sn}\t", f"{paid.order_sn}\t"]
    assert [[row[place] for place in money] for row in (*rows, sums)] == [
        ["1", "12.30", "", "", "0.00"],
        ["2", "24.60", "24.60", "4.60", "20.00"],
        ["3", "36.90", "24.60", "4.60", "20.00"],
    ]
    response = act(client, ORDERS, "export_orders_xlsx", paid, unpaid)
    sheet: Any = openpyxl.load_workbook(BytesIO(response.getvalue())).active
    cells = list(sheet.iter_rows())
    assert [[row[place].value for place in money] for row in cells[1:]] == [
        [1, 12.3, None, None, 0], [2, 24.6, 24.6, 4.6, 20], [3, 36.9, 24.6, 4.6, 20],
    ]  # fmt: skip
    assert (cells[1][0].data_type, cells[1][0].value) == ("s", unpaid.order_sn)
    assert (cells[1][12].data_type, cells[1][12].value) == ("s", "=1+1")
    assert cells[1][2].value == timezone.localtime(unpaid.add_time).replace(
        tzinfo=None, microsecond=0
    )


def test_what_was_filtered_and_nothing_else(order_of):
    paying, gone = (OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(2))
    OrderInfo.objects.filter(pk=gone.pk).update(
        pay_status="TRADE_CLOSED", closed_by="expire", holds_stock=False
    )
    client = staff_client("view_orderinfo")
    everything = {"select_across": "1", "index": "0"}
    response = act(client, f"{ORDERS}?pay_status__exact=paying", "export_csv", paying, **everything)
    assert [row[0] for row in rows_of(response)[1:-1]] == [f"{paying.order_sn}\t"]
    response = act(client, f"{ORDERS}?q={gone.order_sn}", "export_csv", gone, **everything)
    (row,) = rows_of(response)[1:-1]
    assert row[0] == f"{gone.order_sn}\t"
    assert (row[1], row[5]) == ("closed", "not paid in time")
    assert len(rows_of(act(client, ORDERS, "export_csv", paying, **everything))) == 4


def test_no_formulas(order_of):
    answer = order_of(1, post_script='=HYPERLINK("http://evil.example")', signer_name="@x",
                      address="+1\n-2")  # fmt: skip
    order = OrderInfo.objects.get(pk=answer["id"])
    row = rows_of(act(staff_client("view_orderinfo"), ORDERS, "export_csv", order))[1]
    assert row[10] == '\'=HYPERLINK("http://evil.example")'
    assert row[7] == "'@x"
    assert row[9].startswith("'+1")


def test_as_many_queries_for_fifty_orders_as_for_one(goods):
    client = staff_client("view_orderinfo")
    counted = []
    for more in (1, 49):
        rows_make(more, goods)
        with CaptureQueriesContext(connection) as asked:
            response = act(client, ORDERS, "export_csv", *OrderInfo.objects.all())
            rows = rows_of(response)
        counted.append((len(rows) - 1, len(asked)))
    assert counted == [(2, 12), (51, 12)]


def test_not_for_everybody(order_of):
    order = OrderInfo.objects.get(pk=order_of(1)["id"])
    response = act(staff_client("view_payment"), ORDERS, "export_csv", order)
    assert response.status_code == 403
