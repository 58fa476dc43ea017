"""Orders beside the straight way: what changes between the cart, the checkout and the payment."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderInfo, RefundRequest
from apps.trade.order_status import Event
from apps.trade.services.carts import hold_release
from apps.trade.services.orders import order_close
from apps.trade.services.refund_requests import (
    refund_request_approve,
    refund_request_reject,
    refund_request_withdraw,
)
from apps.trade.services.refunds import refund_fail
from apps.users.models import UserProfile
from tests.clients import client_of

from .conftest import BuyerPage

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

ORANGES = "赣南脐橙"


def order_button(page: Page) -> Any:
    return page.get_by_role("button", name="提交订单")


def test_from_the_cart_to_the_order(open_page: BuyerPage, buyer: UserProfile, picture: Any) -> None:
    """A hold that lapsed, stock that ran out, a price that changed, a note that stays."""
    goods = Goods.objects.get(name__startswith=ORANGES)
    CartLine.objects.filter(user=buyer).delete()
    page = open_page(390, buyer)
    page.goto(f"/index/#/goods/{goods.pk}")
    page.get_by_role("button", name="增加一件").click()
    page.get_by_role("button", name="加入购物车").click()
    expect(page.get_by_text("已加入购物车")).to_be_visible()

    hold_release(user_id=buyer.pk, goods_id=goods.pk)
    page.goto("/index/#/cart")
    expect(page.get_by_text("未保留库存")).to_be_visible()
    picture(page, "state-hold-lapsed-390")

    page.get_by_role("button", name="去结算（1）").click()
    note = page.get_by_label("给商家的留言")
    note.fill("请放门口")
    page.locator("a.address").click()
    page.wait_for_url("**/addresses**")
    page.locator("main li button.main").last.click()  # not the skeleton before it
    page.wait_for_url("**/checkout?**")
    expect(note).to_have_value("请放门口")

    expect(order_button(page)).to_be_enabled()
    Goods.objects.filter(pk=goods.pk).update(goods_num=1)
    order_button(page).click()
    expect(page.get_by_text("仅剩 1 件").first).to_be_visible()
    expect(order_button(page)).to_be_disabled()
    picture(page, "state-ran-out-390")
    page.get_by_role("link", name="回购物车修改").click()
    expect(page.get_by_text("仅剩 1 件")).to_be_visible()
    page.get_by_role("button", name="减少一件").click()
    expect(page.get_by_role("textbox")).to_have_value("1")
    page.get_by_role("button", name="去结算（1）").click()
    expect(order_button(page)).to_be_enabled()

    price = goods.shop_price + 5
    Goods.objects.filter(pk=goods.pk).update(shop_price=price)
    order_button(page).click()
    expect(page.get_by_role("alert")).to_contain_text(str(price))
    expect(page.locator(".button .price")).to_contain_text(str(price))
    picture(page, "state-price-changed-390")
    order_button(page).click()
    page.wait_for_url("**/alipay-sandbox/**")
    order = OrderInfo.objects.filter(user=buyer).latest("pk")
    assert (order.goods_amount, order.post_script) == (price, "请放门口")


def test_a_lost_answer_makes_no_second_order(
    open_page: BuyerPage, buyer: UserProfile, picture: Any
) -> None:
    """The order was made, and the answer did not come: pressed again, it is the same order."""
    goods = Goods.objects.get(name__startswith=ORANGES)
    before = OrderInfo.objects.count()
    page = open_page(390, buyer)
    page.goto(f"/index/#/checkout?buy={goods.pk}&nums=1")
    expect(order_button(page)).to_be_enabled()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/orders/", lose, times=1)
    order_button(page).click()
    expect(page.get_by_role("alert")).to_contain_text("连不上网络")
    picture(page, "state-answer-lost-390")
    order_button(page).click()
    page.wait_for_url("**/alipay-sandbox/**")
    assert OrderInfo.objects.count() == before + 1


@pytest.mark.long_browser
def test_at_the_cashier(open_page: BuyerPage, buyer: UserProfile, picture: Any) -> None:
    """Left without paying, asked for in vain, and over."""
    order = OrderInfo.objects.get(user=buyer, pay_status="paying", closed_by="")
    page = open_page(390, buyer)
    page.goto(f"/index/#/orders/{order.pk}")
    page.get_by_role("button", name="去付款").click()
    page.wait_for_url("**/alipay-sandbox/**")
    page.locator("#quit").click()
    page.wait_for_url("**/index/#/orders/*/paid")
    expect(page.get_by_role("heading", name="还没有收到付款")).to_be_visible()
    expect(page.get_by_role("button", name="去付款")).to_be_visible()
    picture(page, "state-cashier-left-390")

    page.route("**/orders/*/", lambda route: route.abort(), times=1)
    with page.expect_request_finished(lambda sent: f"/orders/{order.pk}/" in sent.url):
        pass  # asked again, after the one that was lost
    expect(page.get_by_role("heading", name="还没有收到付款")).to_be_visible()
    order_close(order_id=order.pk, event=Event.EXPIRE)
    expect(page.get_by_role("heading", name="订单已关闭")).to_be_visible(timeout=30_000)
    picture(page, "state-order-expired-390")
    page.get_by_role("button", name="查看订单").click()
    expect(page.get_by_text("超时未付款")).to_be_visible()


def test_what_became_of_refunds(open_page: BuyerPage, buyer: UserProfile, picture: Any) -> None:
    staff = UserProfile.objects.get(username="demo-staff")
    request = RefundRequest.objects.get(order__user=buyer, state="requested")
    page = open_page(390, buyer)

    def shows(state: str, text: str) -> None:
        page.goto("about:blank")
        page.goto(f"/index/#/refunds/{request.pk}")
        expect(page.get_by_role("heading", name=text)).to_be_visible()
        picture(page, f"state-refund-{state}-390")

    def ask_again() -> RefundRequest:
        answer = client_of(buyer).post(
            f"/orders/{request.order_id}/refunds/", {"reason": "other", "amount": "3.00"}
        )
        assert answer.status_code == 201, answer.content
        return RefundRequest.objects.get(pk=answer.json()["id"])

    refund_request_reject(request_id=request.pk, reply="照片里看不出损坏。", staff_id=staff.pk)
    shows("rejected", "商家已拒绝")
    expect(page.get_by_text("照片里看不出损坏。")).to_be_visible()
    request = ask_again()
    shows("requested", "等待商家处理")
    page.get_by_role("button", name="撤回申请").click()
    page.get_by_role("dialog").get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="已撤回")).to_be_visible()
    assert not refund_request_withdraw(request_id=request.pk).refund_id
    request = ask_again()
    refund = refund_request_approve(
        request_id=request.pk, amount=Decimal("3.00"), lines={}, reply="", staff_id=staff.pk
    )
    shows("approved", "退款中")
    refund_fail(refund_id=refund.pk, answer="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    shows("failed", "退款失败")
    page.goto("/index/#/refunds")
    expect(page.locator("main li")).to_have_count(3)
    picture(page, "state-refunds-390")
    assert timezone.now() > request.add_time
