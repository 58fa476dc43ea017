"""What a thumb does: a row of the cart is swiped away, a page is pulled down to ask anew."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderInfo
from apps.users.models import UserProfile
from tests.clients import client_of

from .conftest import BuyerPage, answers, wait_until

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip


FRAME = 17  # milliseconds


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    """Put a finger down, move it in steps, and lift it."""
    wire = page.context.new_cdp_session(page)
    steps = 8

    def touch(kind: str, share: float | None) -> None:
        points = (
            []
            if share is None
            else [{"x": start[0] + by[0] * share, "y": start[1] + by[1] * share}]
        )
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0)
    for step in range(1, steps + 1):
        touch("touchMove", step / steps)
        page.wait_for_timeout(FRAME)
    touch("touchEnd", None)
    wire.detach()


def test_a_row_of_the_cart_is_swiped_away(open_page: BuyerPage, buyer: UserProfile) -> None:
    goods = Goods.objects.filter(is_on_sale=True, goods_num__gt=3).order_by("pk")[:2]
    client = client_of(buyer)
    for row in goods:
        assert client.post("/shopcarts/", {"goods": row.pk, "nums": 1}).status_code == 201
    page = open_page(390, buyer)
    page.goto("/index/#/cart")
    row = page.locator("main li").filter(has_text=goods[0].name)
    box = row.bounding_box()
    assert box
    drag(page, (box["x"] + 300, box["y"] + 20), (-160, 0))
    with page.expect_response(answers("DELETE", f"/shopcarts/{goods[0].pk}/")) as answer:
        row.locator(".swiped").click()
    assert answer.value.status == 204
    expect(row).to_have_count(0)
    assert list(CartLine.objects.values_list("goods", flat=True)) == [goods[1].pk]


def test_pulled_down_the_orders_are_asked_for_anew(
    open_page: BuyerPage, buyer: UserProfile
) -> None:
    page = open_page(390, buyer)
    page.goto("/index/#/orders")
    card = page.locator("main article").first
    expect(card).to_contain_text("待付款")
    order = OrderInfo.objects.filter(user=buyer).latest("pk")
    assert client_of(buyer).post(f"/orders/{order.pk}/cancel/").status_code == 200
    with page.expect_response(answers("GET", "/orders/")) as answer:
        drag(page, (200, 300), (0, 260))
    assert answer.value.ok
    expect(card).to_contain_text("已关闭")


def test_pulled_down_without_a_network_the_goods_stay(open_page: BuyerPage) -> None:
    page = open_page(390)
    page.goto("/index/#/", wait_until="networkidle")
    cards = page.locator("main .grid > li:not(.skeleton)")
    count = cards.count()
    page.context.set_offline(True)
    drag(page, (200, 300), (0, 260))
    expect(page.locator(".van-toast")).to_contain_text("网络")
    assert cards.count() == count


def test_home_asks_for_each_thing_once(open_page: BuyerPage) -> None:
    """What the first script asked for is what the page wants, in its very words."""
    asked: Counter[str] = Counter()
    page = open_page(390)

    def note(request: Any) -> None:
        if request.resource_type == "fetch":
            parts = urlsplit(request.url)
            asked[f"{parts.path}?{parts.query}"] += 1

    page.on("request", note)
    page.goto("/index/#/", wait_until="networkidle")
    assert asked == {
        "/banners/?": 1, "/hotsearchs/?": 1, "/indexgoods/?": 1,
        "/goods/?is_hot=true&ordering=-sold_num&page_size=10": 1,
        "/goods/?is_new=true&page_size=10": 1,
    }  # fmt: skip
    wait_until(page, "window.mxshopEarly.answers.size === 0")
