"""The cashier in a browser, without a network and without scripts."""

from typing import Any

import pytest
from playwright.sync_api import Page

from extra_apps.alipay_sandbox.services.notices import notices_send_due

from .merchant import PAGE_PAY, WAP_PAY, Merchant, Order, is_signed_notice, returned

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database,
]

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def open_page(browser: Any, live_server: Any, merchant: Merchant, **options: Any) -> Page:
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", **options)
    page = context.new_page()
    page.failures = []

    def on_request(request: Any) -> None:
        if not request.url.startswith((live_server.url, merchant.origin, "data:")):
            page.failures.append(request.url)

    page.on("request", on_request)
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    return page


def is_wider_than_the_screen(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
@pytest.mark.parametrize("method", [PAGE_PAY, WAP_PAY])
def test_a_buyer_pays(
    browser: Any, live_server: Any, merchant: Merchant, size: Any, scripts: bool, method: str
) -> None:
    page = open_page(browser, live_server, merchant, viewport=size, java_script_enabled=scripts)
    order = Order(out_trade_no="A" * 64)
    page.goto(merchant.link(order, method=method, content={"subject": "长标题" * 80}))
    if scripts:
        page.locator("#left", has_text="29:5").wait_for()
        assert not is_wider_than_the_screen(page)
    else:
        assert "剩余 29 分钟" in page.inner_text("#left")
    page.get_by_role("button", name="确认付款", exact=True).click()
    page.wait_for_url(f"{merchant.origin}/return?*")
    assert is_signed_notice(returned(page.url))
    assert page.failures == []


def test_switches_are_sent_with_the_payment(
    browser: Any, live_server: Any, merchant: Merchant
) -> None:
    page = open_page(browser, live_server, merchant, viewport=PHONE)
    page.goto(merchant.link(Order()))
    assert not page.get_by_label("重复通知").is_visible()
    page.get_by_text("沙箱开关").click()
    page.get_by_label("金额不符").check()
    page.get_by_label("乱序通知").check()
    assert not is_wider_than_the_screen(page)
    page.get_by_role("button", name="按以上开关付款").click()
    page.wait_for_url(f"{merchant.origin}/return?*")
    merchant.inbox.clear()
    notices_send_due()
    found = [(form["trade_status"], form["total_amount"]) for form in merchant.inbox]
    assert found == [("TRADE_SUCCESS", "0.01"), ("WAIT_BUYER_PAY", "0.01")]
    page.goto("/alipay-sandbox/")
    assert page.get_by_text("已送达").count() == 2
    assert not is_wider_than_the_screen(page)
    page.get_by_role("button", name="退款").click()
    page.get_by_text("已退 ¥88.80").wait_for()
    page.get_by_role("button", name="重新发送").first.click()
    page.wait_for_load_state()
    assert notices_send_due() == 2
    assert page.failures == []


def test_a_buyer_cancels_and_pays_later(browser: Any, live_server: Any, merchant: Merchant) -> None:
    page = open_page(browser, live_server, merchant)
    order = Order()
    page.goto(merchant.link(order))
    page.get_by_role("button", name="取消").click()
    page.wait_for_url(f"{merchant.origin}/return")
    page.go_back()
    page.get_by_role("button", name="确认付款", exact=True).click()
    page.wait_for_url(f"{merchant.origin}/return?*")
    page.goto(merchant.link(order))
    page.get_by_role("heading", name="付款成功").wait_for()
    assert page.get_by_role("button").count() == 0
    page.get_by_role("link", name="返回商家").click()
    page.wait_for_url(f"{merchant.origin}/return?*")
    assert page.failures == []


def test_a_buyer_leaves_a_phones_cashier_and_pays_later(
    browser: Any, live_server: Any, merchant: Merchant
) -> None:
    page = open_page(browser, live_server, merchant, viewport=PHONE)
    order = Order()
    page.goto(merchant.link(order, method=WAP_PAY))
    page.get_by_text("沙箱开关").click()
    # Whatever is unfolded, the button stays in reach, and hides nothing at the end of the page.
    page.get_by_role("button", name="按以上开关付款").click(trial=True)
    assert page.get_by_role("button", name="确认付款", exact=True).bounding_box()["y"] < 844
    page.get_by_role("link", name="退出").click()
    page.wait_for_url(f"{merchant.origin}/orders#mine")
    page.goto(merchant.link(order, method=WAP_PAY))
    page.get_by_role("button", name="确认付款", exact=True).click()
    page.wait_for_url(f"{merchant.origin}/return?*")
    page.goto(merchant.link(order, method=WAP_PAY))
    page.get_by_role("heading", name="付款成功").wait_for()
    assert page.get_by_role("link", name="退出").count() == 0
    assert page.failures == []
