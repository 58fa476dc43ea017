"""The whole purchase with the keyboard alone, and what a screen reader is told on the way."""

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.trade.models import CartLine, OrderInfo
from apps.users.models import UserProfile

from .conftest import BuyerPage, wait_until

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

FARTHEST = 60  # presses of Tab
FOCUSED = "element => element === document.activeElement"


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until an element has the focus; it must be seen where it is."""
    expect(target).to_be_visible()
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        if target.evaluate(FOCUSED):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def heading(page: Page, text: str) -> None:
    """The page that is shown, and that a screen reader goes on with."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    wait_until(page, "document.activeElement.id === 'main'")


def test_a_purchase(open_page: BuyerPage, buyer: UserProfile) -> None:
    CartLine.objects.filter(user=buyer).delete()
    before = OrderInfo.objects.filter(user=buyer).count()
    page = open_page(1280, buyer)
    page.goto("/index/#/")
    search = page.get_by_role("searchbox")
    tab_to(page, search)
    page.keyboard.type("赣南脐橙")
    page.keyboard.press("Enter")
    heading(page, "赣南脐橙")
    press(page, page.locator("main .grid a").first)
    heading(page, "赣南脐橙 精选大果 2.5kg")
    press(page, page.get_by_role("button", name="增加一件"), "Space")
    press(page, page.get_by_role("button", name="加入购物车"))
    expect(page.get_by_text("已加入购物车")).to_be_visible()
    page.get_by_role("navigation").first.get_by_role("link", name="购物车").focus()
    page.keyboard.press("Enter")
    heading(page, "购物车")

    more = page.get_by_role("button", name="增加一件")
    tab_to(page, more)
    with page.expect_response(lambda got: got.request.method == "PATCH"):
        page.keyboard.press("Space")
        page.keyboard.press("Space")
    expect(page.get_by_role("textbox")).to_have_value("4")
    assert more.evaluate(FOCUSED)  # it was not taken away while the cart was asked

    # A question keeps the focus, and gives it back.
    remove = page.get_by_role("button", name="删除 赣南脐橙 精选大果 2.5kg")
    press(page, remove)
    dialog = page.get_by_role("dialog").filter(has_text="确定移出")  # a toast is one, too
    expect(dialog).to_be_visible()
    for _ in range(5):
        page.keyboard.press("Tab")
        assert (
            page.evaluate("document.getElementById('app').contains(document.activeElement)")
            is False
        )
    dialog.get_by_role("button", name="取消").focus()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert remove.evaluate(FOCUSED)

    press(page, page.get_by_role("button", name="去结算（1）"))
    heading(page, "确认订单")
    press(page, page.locator("a.address"))
    heading(page, "选择收货地址")
    press(page, page.locator("main li button.main").last)
    heading(page, "确认订单")
    tab_to(page, page.get_by_label("给商家的留言"))
    page.keyboard.type("请放门口")
    expect(page.get_by_role("button", name="提交订单")).to_be_enabled()
    press(page, page.get_by_role("button", name="提交订单"))
    page.wait_for_url("**/alipay-sandbox/**")
    press(page, page.get_by_role("button", name="确认付款"))
    page.wait_for_url("**/index/#/orders/*/paid")
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    order = OrderInfo.objects.filter(user=buyer).latest("pk")
    assert OrderInfo.objects.filter(user=buyer).count() == before + 1
    assert (order.pay_status, order.post_script) == ("TRADE_SUCCESS", "请放门口")


@pytest.mark.long_browser
def test_at_twice_the_size_and_without_motion(open_page: BuyerPage, buyer: UserProfile) -> None:
    """A desk at 200 % is 640 points wide: all is there, and nothing turns by itself."""
    page = open_page(640, buyer)
    page.emulate_media(reduced_motion="reduce")
    for path in ("/", "/goods", "/cart", "/orders", "/me", "/messages"):
        page.goto("about:blank")
        page.goto(f"/index/#{path}", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    page.goto("/index/#/", wait_until="networkidle")
    moving = page.evaluate(
        "document.getAnimations().filter(one => one.effect.getTiming().iterations > 1).length"
    )
    assert moving == 0
