"""Orders as a file: what stands in it, who may have it, what it costs."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from apps.trade.models import OrderInfo, Payment

from .staff import ORDERS, act, rows_make, staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


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
    assert response.headers["Content-Disposition"].startswith('attachment; filename="orders-20')
    header, *rows = rows_of(response)
    assert header == [
        "order number", "status", "ordered", "paid", "shipped", "closed because", "username",
        "recipient", "recipient's mobile", "address", "buyer's note", "total", "given back",
        "trade number", "goods number", "goods", "price", "pieces", "amount",
    ]  # fmt: skip

    def time(moment: Any) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"

    where = ["13800000001", "小满", "13800000001", "江苏省苏州市平江路 1 号"]
    of_second = [
        f"{second.order_sn}\t", "waiting for payment", time(second.add_time), "", "", "", *where,
        "快点，谢谢", "17.35", "", "",
    ]  # fmt: skip
    sn = {line.name: line.goods.goods_sn for line in second.lines.select_related("goods")}
    assert rows == [
        [*of_second, sn["脐橙"], "脐橙", "12.30", "1", "12.30"],
        [*of_second, sn["酥梨"], "酥梨", "5.05", "1", "5.05"],
        [f"{paid.order_sn}\t", "paid", time(paid.add_time), time(paid.pay_time), "", "", *where,
         "", "24.60", "4.60", f"{paid.trade_no}\t", sn["脐橙"], "脐橙", "12.30", "2", "24.60"],
    ]  # fmt: skip


def test_what_was_filtered_and_nothing_else(order_of):
    paying, gone = (OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(2))
    OrderInfo.objects.filter(pk=gone.pk).update(
        pay_status="TRADE_CLOSED", closed_by="expire", holds_stock=False
    )
    client = staff_client("view_orderinfo")
    everything = {"select_across": "1", "index": "0"}
    response = act(client, f"{ORDERS}?pay_status__exact=paying", "export_csv", paying, **everything)
    assert [row[0] for row in rows_of(response)[1:]] == [f"{paying.order_sn}\t"]
    response = act(client, f"{ORDERS}?q={gone.order_sn}", "export_csv", gone, **everything)
    (row,) = rows_of(response)[1:]
    assert row[0] == f"{gone.order_sn}\t"
    assert (row[1], row[5]) == ("closed", "not paid in time")
    assert len(rows_of(act(client, ORDERS, "export_csv", paying, **everything))) == 3


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
    assert counted == [(1, 7), (50, 7)]


def test_not_for_everybody(order_of):
    order = OrderInfo.objects.get(pk=order_of(1)["id"])
    response = act(staff_client("view_payment"), ORDERS, "export_csv", order)
    assert response.status_code == 403
