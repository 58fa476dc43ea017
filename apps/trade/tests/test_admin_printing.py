"""What the warehouse prints: slips of orders, and the sum of what is to be fetched."""

import re
from typing import Any

import pytest

from apps.trade.admin import print_pages
from apps.trade.models import OrderGoods, OrderInfo

from .staff import ORDERS, act, staff_client, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def orders(mine: Any, order_of: Any, goods: Any, pears: Any) -> list[OrderInfo]:
    """Two oranges; one orange and three pears."""
    order_of(2)
    mine.post("/shopcarts/", {"goods": pears.pk, "nums": 3})
    order_of(1)
    OrderInfo.objects.update(post_script="<b>轻放</b>")
    return list(OrderInfo.objects.order_by("pk"))


def numbers(page: Any) -> list[list[str]]:
    """Return the cells of all rows with pieces."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.content.decode(), re.DOTALL)
    return [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in rows if "<td" in row]


def test_slips_and_picking_list(orders, goods, pears) -> None:
    staff = staff_client("view_orderinfo")
    page = act(staff, ORDERS, "print_slips", *orders)
    html = page.content.decode()
    for text in (orders[0].order_sn, "小满", "13800000001", "&lt;b&gt;轻放&lt;/b&gt;"):
        assert text in html, text
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", html)
    oranges, some = [goods.goods_sn, "脐橙"], [pears.goods_sn, "酥梨"]
    assert sorted(numbers(page)) == sorted(
        [[*oranges, "2", ""], [*oranges, "1", ""], [*some, "3", ""]]
    )
    page = act(staff, ORDERS, "print_picking_list", *orders)
    assert sorted(numbers(page)) == sorted([[*oranges, "3", "2", ""], [*some, "3", "1", ""]])
    assert page.context["pieces"] == 6
    # What came back is not fetched again.
    OrderGoods.objects.filter(goods=pears).update(returned_num=3)
    page = act(staff, ORDERS, "print_picking_list", *orders)
    assert numbers(page) == [[*oranges, "3", "2", ""]]
    one = staff.get(f"{ORDERS}{orders[0].pk}/slip/")
    assert numbers(one) == [[*oranges, "2", ""]]
    assert f"{ORDERS}{orders[0].pk}/slip/" in staff.get(
        f"{ORDERS}{orders[0].pk}/change/"
    ).content.decode()  # fmt: skip


def test_how_many_slips(orders, monkeypatch, django_assert_num_queries) -> None:
    staff = staff_client("view_orderinfo")
    act(staff, ORDERS, "print_slips", *orders)
    # session, user, permissions (2), count of the list and of the slips, orders, lines, goods
    with django_assert_num_queries(9):
        act(staff, ORDERS, "print_slips", *orders)
    monkeypatch.setattr(print_pages, "MOST_SLIPS", 1)
    assert told(act(staff, ORDERS, "print_slips", *orders)) == ["error: At most 1 slip at once."]


def test_whose_orders_they_are_not(orders) -> None:
    staff = staff_client("view_payment")
    assert staff.get(f"{ORDERS}{orders[0].pk}/slip/").status_code == 403
    assert act(staff, ORDERS, "print_slips", *orders).status_code == 403
