"""The page of who holds most of the stock."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.goods.models import Goods
from apps.goods.tests.factories import make_goods
from apps.trade.services.carts import cart_add
from apps.users.models import UserProfile

from .addresses import DESTINATION
from .staff import VIEW, staff_client

pytestmark = pytest.mark.django_db

HOLDERS = "/admin/trade/holder/"
NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client(*VIEW, "view_holder")


@pytest.fixture
def held(mine: Any, theirs: Any, goods: Goods, pears: Goods) -> Any:
    """One buyer has ordered 3 oranges and holds 2 pears; the other holds 4 oranges."""
    with time_machine.travel(NOW, tick=False) as clock:
        mine.post("/shopcarts/", {"goods": goods.pk, "nums": 3})
        assert mine.post("/orders/", DESTINATION).status_code == 201
        clock.shift(timedelta(minutes=5))
        mine.post("/shopcarts/", {"goods": pears.pk, "nums": 2})
        theirs.post("/shopcarts/", {"goods": goods.pk, "nums": 4})
        yield clock


def table(client: Client, query: str = "") -> list[list[str]]:
    """The cells of the page, row by row, without tags."""
    html = client.get(f"{HOLDERS}{query}").content.decode()
    rows = re.findall(r"<tr>\s*<th>(.*?)</tr>", html.partition("<tbody>")[2], re.DOTALL)
    cells = [re.split(r"</t[hd]>", row) for row in rows]
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row[:-1]] for row in cells]


def test_who_holds_most_is_first(staff, held):
    assert table(staff) == [
        ["13800000001 小满", "5", "2", "3", "1", "47.00", "11-23 10:00", "购物车条目 订单"],
        ["13800000002 阿禾", "4", "4", "0", "0", "49.20", "11-23 10:05", "购物车条目"],
    ]
    # By the clock: what no sweep has released holds nothing here.
    held.move_to(NOW + timedelta(minutes=31))
    assert [row[:4] for row in table(staff)] == [
        ["13800000002 阿禾", "4", "4", "0"], ["13800000001 小满", "2", "2", "0"],
    ]  # fmt: skip
    held.move_to(NOW + timedelta(minutes=36))
    assert table(staff) == []
    assert "目前没有被占用的库存" in staff.get(HOLDERS).content.decode()


def test_by_goods_and_who_holds_them(staff, held, goods):
    assert table(staff, "?by=goods") == [
        ["脐橙", "7", "4", "3", "1", "86.10", "3", "70%"],
        ["酥梨", "2", "2", "0", "0", "10.10", "3", "40%"],
    ]
    assert [row[:4] for row in table(staff, f"?goods={goods.pk}")] == [
        ["13800000002 阿禾", "4", "4", "0"], ["13800000001 小满", "3", "0", "3"],
    ]  # fmt: skip
    for nonsense in ("abc", "-1", "9" * 30, "٣", "999999"):
        assert staff.get(HOLDERS, {"goods": nonsense}).status_code == 200


def test_the_links_lead_to_the_lines_and_to_the_action(staff, held, buyer, goods):
    html = staff.get(HOLDERS).content.decode()
    found = re.findall(r'href="(/admin/trade/[^"]+\?[^"]+)"', html)
    links = [link.replace("&amp;", "&") for link in found]
    assert len(links) == 3
    for link in links:
        page = staff.get(link)
        assert (page.status_code, len(page.context["cl"].result_list)) == (200, 1), link
    # Who may see no carts and no orders gets no links to them.
    html = staff_client("view_holder").get(HOLDERS).content.decode()
    assert "user__id__exact" not in html


def test_it_is_to_be_read_with_its_permission(held, admin_client, buyer):
    assert staff_client(*VIEW).get(HOLDERS).status_code == 403
    assert staff_client(*VIEW).get(f"{HOLDERS}?by=goods").status_code == 403
    for path in (f"{HOLDERS}add/", f"{HOLDERS}{buyer.pk}/change/", f"{HOLDERS}{buyer.pk}/delete/"):
        assert admin_client.get(path).status_code == 403
        assert admin_client.post(path, {"post": "yes"}).status_code == 403
    assert reverse("admin:trade_holder_changelist") == HOLDERS
    assert HOLDERS in admin_client.get("/admin/trade/").content.decode()


def test_it_asks_as_much_for_sixty_buyers_as_for_two(staff, held, goods):
    queries = ["", "?by=goods", f"?goods={goods.pk}"]
    counted = []
    for more in (0, 60):
        for number in range(more):
            user = UserProfile.objects.create_user(f"137{number:08}")
            each = make_goods(goods.category, stock=3, name=f"{number}")
            cart_add(user_id=user.pk, goods_id=each.pk, nums=1)
        for query in queries:
            with CaptureQueriesContext(connection) as asked:
                rows = table(staff, query)
            counted.append(len(asked) - 4)  # session, user, permissions: of the user, of groups
            assert len(rows) <= 50
    assert counted[:3] == counted[3:]
    assert max(counted) <= 4
