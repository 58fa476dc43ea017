"""The first page of the administration: whose numbers, whose tasks, and the menu."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderInfo, Payment, Refund
from apps.trade.tests.staff import rows_make
from apps.user_operation.models import UserLeavingMessage
from apps.users.models import UserProfile
from mxshop.start_page.chart import chart_of, round_up
from mxshop.start_page.figures import Day

from .staff_rows import callers_make, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

# 00:30 in the shop's zone, 16:30 of the day before in UTC: the days are the shop's.
NIGHT = datetime.fromisoformat("2026-11-27T00:30:00+08:00")


@pytest.fixture
def shop() -> Goods:
    """Two orders of today, one paid yesterday just before midnight; a message; little stock."""
    with time_machine.travel(NIGHT, tick=False):
        goods = make_goods(make_category(), name="脐橙", stock=8)
        rows_make(3, goods)
        UserProfile.objects.update(date_joined=NIGHT)
        late = OrderInfo.objects.latest("pk")
        before = NIGHT - timedelta(hours=1)
        OrderInfo.objects.filter(pk=late.pk).update(
            add_time=before, pay_time=before, shipped_at=before
        )
        Payment.objects.filter(order=late).update(paid_at=before)
        Refund.objects.filter(payment__order=late).update(done_at=NIGHT, state="done")
        UserLeavingMessage.objects.create(
            user=UserProfile.objects.get(username="b0"), subject="s", message="m"
        )
        yield goods


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    accounts = callers_make()
    return {name: client_of(account) for name, account in accounts.items()}


def page(client: Client, query: str = "") -> Any:
    response = client.get(f"/admin/{query}", HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 200
    return response


def figures(response: Any) -> dict[str, Any]:
    return {str(f.name): (f.today, f.yesterday) for f in response.context["figures"]}


def tasks(response: Any) -> dict[str, int]:
    return {str(task.name): task.count for task in response.context["tasks"]}


ALL_TASKS = {
    "orders to ship": 2, "refund requests to decide": 3, "payments to give back": 3,
    "messages without a reply": 1, "goods with little stock": 1,
}  # fmt: skip


def test_the_owner_sees_it_all(shop: Goods, clients: dict[str, Client]) -> None:
    response = page(clients["superuser"])
    assert figures(response) == {
        "orders": (2, 1), "money in": (Decimal("49.20"), Decimal("24.60")),
        "money back": (Decimal("2.00"), 0), "new buyers": (4, 0),
    }  # fmt: skip
    assert tasks(response) == ALL_TASKS
    (best,) = response.context["sellers"]
    assert (best.goods.name, best.pieces, best.amount) == ("脐橙", 3, Decimal("36.90"))
    bars = response.context["chart"].bars
    assert [(bar.day.orders, bar.day.money) for bar in bars[-3:]] == [
        (0, 0), (1, Decimal("24.60")), (2, Decimal("49.20")),
    ]  # fmt: skip
    html = response.content.decode()
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", html)
    for task in response.context["tasks"]:
        listed = clients["superuser"].get(task.url)
        assert listed.status_code == 200, task.url
        assert listed.context["cl"].result_count == task.count, task.url


def test_the_least_stock_stands_first(shop: Goods, clients: dict[str, Client]) -> None:
    category = make_category()
    for stock in (3, 9, 0, 11):
        make_goods(category, stock=stock)
    (task,) = (t for t in page(clients["商品"]).context["tasks"] if "stock" in str(t.name))
    listed = clients["商品"].get(task.url).context["cl"].result_list
    assert [goods.goods_num for goods in listed] == [0, 3, 8, 9]


@pytest.mark.parametrize(
    ("role", "shown", "to_do", "best"),
    [
        ("staff", set(), set(), None),
        ("商品", set(), {"goods with little stock"}, (3, None)),
        ("仓库", {"orders"}, {"orders to ship", "refund requests to decide",
                            "goods with little stock"}, (3, Decimal("36.90"))),
        ("财务", {"orders", "money in", "money back"}, {
            "orders to ship", "refund requests to decide", "payments to give back",
        }, (3, Decimal("36.90"))),
        ("客服", {"orders", "money in", "money back", "new buyers"}, set(ALL_TASKS),
         (3, Decimal("36.90"))),
    ],
)  # fmt: skip
def test_each_role_sees_what_it_may(shop, clients, role, shown, to_do, best) -> None:
    response = page(clients[role])
    assert set(figures(response)) == shown
    assert set(tasks(response)) == to_do
    sellers = response.context["sellers"]
    assert (sellers and (sellers[0].pieces, sellers[0].amount)) == best
    chart = response.context["chart"]
    assert (chart is not None, bool(chart and chart.is_money)) == (
        "orders" in shown, "money in" in shown
    )  # fmt: skip


def test_who_holds_most_and_the_cost(shop, clients) -> None:
    counted = []
    owner = clients["superuser"]
    for more in (1, 20):
        rows_make(more, shop)
        with CaptureQueriesContext(connection) as asked:
            response = page(owner, "?days=30")
        counted.append(len(asked))
    assert counted == [15, 15]
    assert response.context["best_days"] == 30
    buyer = UserProfile.objects.get(username="b3")
    buyer.cart_lines.update(nums=5, held_until=timezone.now() + timedelta(minutes=5))
    held = page(owner).context["tasks"][-1]
    assert (str(held.name), held.count, held.note) == ("pieces held by one buyer", 5, "b3")


def test_the_menu_is_in_the_order_of_the_work(clients) -> None:
    menu = page(clients["superuser"]).context["app_list"]
    assert [str(section["name"]) for section in menu] == [
        "Orders", "Goods", "Customer service", "Marketing", "Finance", "System"
    ]  # fmt: skip
    pages = [model["object_name"] for section in menu for model in section["models"]]
    assert len(pages) == len(set(pages)) > 20
    assert pages[0] == "OrderInfo"
    sections = page(clients["商品"]).context["app_list"]
    assert [section["app_label"] for section in sections] == ["goods", "marketing", "system"]
    chinese = clients["superuser"].get("/admin/", HTTP_ACCEPT_LANGUAGE="zh-CN").content.decode()
    assert re.findall(r'class="section"[^>]*>([^<]+)', chinese)[:6] == [
        "订单", "商品", "客服", "营销", "财务", "系统"
    ]  # fmt: skip
    # The pages of one app stay what they were.
    assert clients["superuser"].get("/admin/trade/").status_code == 200


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("value", "top"),
    [("0", 4), ("4", 4), ("9", 12), ("13", 16), ("100", 120), ("101.5", 120), ("950", 1000),
     ("123456", 160000)],
)  # fmt: skip
def test_the_charts_top_is_round(value: str, top: int) -> None:
    assert round_up(Decimal(value)) == top
    days = [Day(day=NIGHT.date(), orders=1, money=Decimal(0)),
            Day(day=NIGHT.date(), orders=1, money=Decimal(value))]  # fmt: skip
    chart = chart_of(days)
    assert chart.bars[0].height == 0
    assert [line.text for line in chart.lines] == [f"{top * n // 4:,}" for n in range(5)]


def test_a_permission_alone_shows_one_number(shop) -> None:
    clerk = UserProfile.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_refund"))
    response = page(client_of(clerk))
    assert figures(response) == {"money back": (Decimal("2.00"), 0)}
    assert response.context["chart"] is None
