"""The phone's cashier: alipay.trade.wap.pay."""

import html
from typing import Any

import pytest

from extra_apps.alipay_sandbox.models import SandboxTrade

from .merchant import PAGE_PAY, WAP_PAY, Merchant, Order, is_signed_notice, returned
from .test_link import refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


def page_of(merchant: Merchant, order: Order) -> str:
    response = merchant.browser.get(f"/alipay-sandbox/cashier/{order.trade_no}/")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_it_has_a_way_out_and_is_paid_as_any_other(merchant: Merchant) -> None:
    order = merchant.open(method=WAP_PAY)
    page = page_of(merchant, order)
    assert f'<a href="{merchant.origin}/orders#mine" id="quit">' in page
    assert "退出" in page
    assert "取消" not in page
    params = returned(merchant.pay(order).headers["Location"])
    assert is_signed_notice(params)
    assert params["method"] == "alipay.trade.wap.pay.return"
    assert merchant.query(order)["trade_status"] == "TRADE_SUCCESS"
    page = page_of(merchant, order)
    assert 'id="quit"' not in page
    assert f'href="{merchant.origin}/return?' in page


def test_a_closed_one_leads_out(merchant: Merchant) -> None:
    order = merchant.open(method=WAP_PAY)
    merchant.call("alipay.trade.close", trade_no=order.trade_no)
    page = page_of(merchant, order)
    assert f'<a class="button main" href="{merchant.origin}/orders#mine">' in page


def test_the_last_link_says_which_cashier_it_is(merchant: Merchant) -> None:
    order = merchant.open()
    assert 'id="quit"' not in page_of(merchant, order)
    first = order.trade_no
    assert merchant.open(order, method=WAP_PAY).trade_no == first
    assert 'id="quit"' in page_of(merchant, order)
    merchant.open(order)
    assert 'id="quit"' not in page_of(merchant, order)
    assert SandboxTrade.objects.get().quit_url == ""


@pytest.mark.parametrize(
    ("method", "content", "parameter"),
    [
        (WAP_PAY, {"product_code": "FAST_INSTANT_TRADE_PAY"}, "product_code"),
        (WAP_PAY, {"product_code": "QUICK_WAP_PAY"}, "product_code"),
        (PAGE_PAY, {"product_code": "QUICK_WAP_WAY"}, "product_code"),
        (WAP_PAY, {"quit_url": None}, "quit_url"),
        (WAP_PAY, {"quit_url": ""}, "quit_url"),
        (WAP_PAY, {"quit_url": "/orders"}, "quit_url"),
        (WAP_PAY, {"quit_url": "javascript:alert(1)"}, "quit_url"),
        (WAP_PAY, {"quit_url": "http://m.example/" + "x" * 400}, "quit_url"),
        (WAP_PAY, {"quit_url": 7}, "quit_url"),
    ],
)
def test_what_it_refuses(
    merchant: Merchant, method: str, content: dict[str, Any], parameter: str
) -> None:
    found = refused(merchant, merchant.link(Order(), method=method, content=content))
    assert found[:2] == (parameter, "ACQ.INVALID_PARAMETER")
