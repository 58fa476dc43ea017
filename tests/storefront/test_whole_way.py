"""The whole way of a buyer: from a stranger to money given back, on a phone and on a desk."""

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, RefundRequest
from apps.users.models import UserProfile

from .conftest import BuyerPage

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

MOBILE = "13912345678"
PASSWORD = "ripe-Plums-42"
ORANGES = "赣南脐橙"


def register(page: Page, sms_code: Any) -> None:
    page.goto("/index/#/register?next=/")
    page.get_by_label("手机号").fill(MOBILE)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("验证码已发送")).to_be_visible()
    page.get_by_label("验证码", exact=True).fill(sms_code(MOBILE))
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="注册", exact=True).click()
    page.wait_for_url("**/index/#/")


def put_into_the_cart(page: Page, is_phone: bool) -> None:
    if is_phone:
        page.get_by_role("button", name="早餐").click()  # the search field shows a hot word
        page.get_by_role("searchbox").fill(ORANGES)
        page.get_by_role("searchbox").press("Enter")
    else:
        page.get_by_role("searchbox").fill(ORANGES)
        page.get_by_role("button", name="搜索").click()
    page.wait_for_url("**/goods?search=*")
    page.locator("main .grid").get_by_role("link", name=re.compile(ORANGES)).click()
    expect(page.get_by_role("button", name="增加一件")).to_be_visible()
    page.get_by_role("button", name="增加一件").click()
    page.get_by_role("button", name="加入购物车").click()
    expect(page.get_by_text("已加入购物车")).to_be_visible()


def choose_the_region(page: Page, is_phone: bool) -> None:
    if not is_phone:
        page.get_by_label("省", exact=True).select_option("江苏省")
        page.get_by_label("市", exact=True).select_option("苏州市")
        page.get_by_label("区", exact=True).select_option("姑苏区")
        return
    page.get_by_label("所在地区").click()
    picker = page.locator(".van-picker")
    picker.get_by_role("button", name="江苏省").click()
    picker.get_by_role("button", name="苏州市").click()
    picker.get_by_role("button", name="姑苏区").click()
    picker.get_by_role("button", name="确认").click()
    expect(page.get_by_label("所在地区")).to_have_value("江苏省 苏州市 姑苏区")


def write_an_address(page: Page, is_phone: bool) -> None:
    page.get_by_label("收货人").fill("小满")
    page.get_by_role("textbox", name="手机号").fill(MOBILE)
    choose_the_region(page, is_phone)
    page.get_by_label("详细地址").fill("平江路 1 号")
    page.get_by_role("button", name="保存").click()


def order_and_pay(page: Page, is_phone: bool) -> None:
    page.get_by_role("button", name="去结算（1）").click()
    page.get_by_text("请添加收货地址").click()
    write_an_address(page, is_phone)
    expect(page.get_by_text("江苏省苏州市姑苏区平江路 1 号")).to_be_visible()
    page.get_by_label("给商家的留言").fill("请放门口")
    page.get_by_role("button", name="提交订单").click()
    page.wait_for_url("**/alipay-sandbox/cashier/**")
    page.get_by_role("button", name="确认付款").click()
    page.wait_for_url("**/index/#/orders/*/paid")
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()


def staff_page(browser: Browser, origin: str) -> Page:
    UserProfile.objects.create_superuser("boss", password="only-for-this-test")
    page = browser.new_context(base_url=origin, locale="zh-CN").new_page()
    page.goto("/admin/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "only-for-this-test")
    page.click("[type=submit]")
    return page


def ship(page: Page, order: OrderInfo) -> None:
    page.goto(f"/admin/trade/orderinfo/{order.pk}/ship/")
    page.locator("select").first.select_option("sf")
    page.locator("form [name$=tracking_no]").fill("SF1234567890123")
    page.locator("[type=submit].default").click()
    page.locator(".messagelist .success").wait_for()


def approve(page: Page, request: RefundRequest) -> None:
    page.goto(f"/admin/trade/refundrequest/{request.pk}/decide/")
    page.locator("#id_amount").fill("10")
    page.locator("form .default[type=submit]").first.click()
    page.locator("[name=confirmed]").click()
    page.locator(".messagelist .success").first.wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_whole_way(
    open_page: BuyerPage, browser: Browser, origin: str, sms_code: Any, picture: Any, width: int,
    tmp_path: Any,
) -> None:  # fmt: skip
    goods = Goods.objects.get(name__startswith=ORANGES)
    stock, sold = goods.goods_num, goods.sold_num
    total = goods.shop_price * 2
    is_phone = width < 900
    page = open_page(width)
    register(page, sms_code)
    put_into_the_cart(page, is_phone)
    page.goto("/index/#/cart")
    expect(page.get_by_text("库存保留到")).to_be_visible()
    picture(page, f"way-1-cart-{width}")
    order_and_pay(page, is_phone)
    picture(page, f"way-2-paid-{width}")

    order = OrderInfo.objects.get(user__username=MOBILE)
    assert (order.goods_amount, order.pay_status, order.post_script) == (
        total, "TRADE_SUCCESS", "请放门口",
    )  # fmt: skip
    page.get_by_role("button", name="查看订单").click()
    expect(page.get_by_role("heading", name="待发货")).to_be_visible()

    staff = staff_page(browser, origin)
    ship(staff, order)
    page.reload()
    expect(page.get_by_text("SF1234567890123")).to_be_visible()
    assert "SF1234567890123" in (
        page.get_by_role("link", name="查看物流").get_attribute("href") or ""
    )
    page.get_by_role("button", name="确认收货").click()
    page.get_by_role("dialog").get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="已收货")).to_be_visible()
    picture(page, f"way-3-received-{width}")

    page.get_by_role("button", name="申请退款").click()
    page.get_by_role("radio", name="损坏或变质").click()
    page.get_by_label("金额（元）").fill("10")
    page.get_by_label("说明").fill("坏了两个")
    page.locator("input[type=file]").set_input_files(photo(tmp_path))
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="等待商家处理")).to_be_visible()
    request = RefundRequest.objects.get(order=order)
    assert (request.amount, request.reason, request.pictures.count()) == (
        Decimal("10.00"), "damaged", 1,
    )  # fmt: skip
    expect(page.get_by_role("button", name="图片 1")).to_be_visible()
    picture(page, f"way-4-asked-{width}")

    approve(staff, request)
    page.reload()
    expect(page.get_by_role("heading", name="已退款")).to_be_visible()
    picture(page, f"way-5-refunded-{width}")
    order.refresh_from_db()
    goods.refresh_from_db()
    assert (order.delivery, order.refunded_amount) == ("received", Decimal("10.00"))
    assert (goods.goods_num, goods.sold_num) == (stock - 2, sold + 2)


def photo(folder: Any) -> str:
    from PIL import Image

    path = folder / "photo.jpg"
    Image.new("RGB", (320, 240), "#a63412").save(path)
    return str(path)
