"""The payment link: right ones lead to the cashier, wrong ones are told what is wrong."""

import html
import json
import os
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from extra_apps.alipay_sandbox.keys import key_pair_make
from extra_apps.alipay_sandbox.models import SandboxTrade

from .merchant import GATEWAY, Merchant, Order, envelope, now_text, signature_of, signed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


def refused(merchant: Merchant, url: str) -> tuple[str, str, str]:
    """Parameter, sub_code and sentence of the page; asserts that nothing was opened."""
    before = list(SandboxTrade.objects.values())
    response = merchant.browser.get(url)
    page = response.content.decode()
    assert response.status_code == 400
    assert list(SandboxTrade.objects.values()) == before
    parameter = re.search(r'<code id="parameter">(.*?)</code>', page)
    alert = re.search(r"<strong>(.*?)</strong><br><small><code>(.*?)</code>", page)
    assert alert
    return html.unescape(parameter[1]) if parameter else "", alert[2], html.unescape(alert[1])


def test_a_right_link_leads_to_the_cashier(merchant: Merchant) -> None:
    order = merchant.open()
    trade = SandboxTrade.objects.get()
    assert re.fullmatch(r"\d{28}", trade.trade_no)
    assert (trade.trade_no, trade.out_trade_no, trade.status) == (
        order.trade_no, order.out_trade_no, "WAIT_BUYER_PAY",
    )  # fmt: skip
    page = merchant.browser.get(f"/alipay-sandbox/cashier/{order.trade_no}/").content.decode()
    for text in ("88.80", order.out_trade_no, "MxShop 订单 &amp; 水果", "确认付款", "取消", "剩余"):
        assert text in page
    assert "http" not in re.sub(re.escape(merchant.origin), "", page)  # asks no other host


def test_a_posted_form_with_the_common_parameters_in_the_query(merchant: Merchant) -> None:
    params = merchant.link_params(Order())
    content = {"biz_content": params.pop("biz_content")}
    response = merchant.server.post(f"{GATEWAY}?{urlencode(params)}", content)
    assert response.status_code == 302


@pytest.mark.parametrize(
    "name",
    ["app_id", "charset", "sign_type", "timestamp", "version", "biz_content", "method", "sign"],
)
def test_a_missing_parameter_is_named(merchant: Merchant, name: str) -> None:
    params = merchant.link_params(Order())
    word = {"sign": "signature", "sign_type": "signature-type"}.get(name, name.replace("_", "-"))
    expected = (name, f"isv.missing-{word}", f"缺少参数 {name}。")
    del params[name]
    assert refused(merchant, f"{GATEWAY}?{urlencode(params)}") == expected
    assert refused(merchant, f"{GATEWAY}?{urlencode({**params, name: ''})}") == expected


@pytest.mark.parametrize(
    ("name", "value", "sub_code"),
    [
        ("app_id", "2021000000000001", "isv.invalid-app-id"),
        ("method", "alipay.trade.app.pay", "isv.invalid-method"),
        ("charset", "gbk", "isv.invalid-charset"),
        ("sign_type", "RSA", "isv.invalid-signature-type"),
        ("sign_type", "MD5", "isv.invalid-signature-type"),
        ("version", "2.0", "isv.invalid-version"),
        ("format", "XML", "isv.invalid-format"),
        ("timestamp", "2026-11-24T08:00:00", "isv.invalid-timestamp"),
        ("timestamp", "2026-11-24 08:00", "isv.invalid-timestamp"),
        ("timestamp", "2026-13-24 08:00:00", "isv.invalid-timestamp"),
        ("timestamp", "2026-1-2 08:00:00", "isv.invalid-timestamp"),
        ("timestamp", "0001-01-01 00:00:00", "isv.invalid-timestamp"),
        ("notify_url", "ftp://merchant.example/", "isv.invalid-parameter"),
        ("notify_url", "/notify", "isv.invalid-parameter"),
        ("notify_url", "http://", "isv.invalid-parameter"),
        ("notify_url", "http://[", "isv.invalid-parameter"),
        ("notify_url", "http://merchant.example:http/", "isv.invalid-parameter"),
        ("notify_url", f"http://merchant.example/{'x' * 256}", "isv.invalid-parameter"),
        ("return_url", "javascript:alert(1)", "isv.invalid-parameter"),
        ("return_url", "http://merchant.example/\r\nSet-Cookie: a=b", "isv.invalid-parameter"),
        ("return_url", "//merchant.example/", "isv.invalid-parameter"),
    ],
)
def test_a_wrong_parameter_is_named(
    merchant: Merchant, name: str, value: str, sub_code: str
) -> None:
    found = refused(merchant, merchant.link(Order(), **{name: value}))
    assert found[:2] == (name, sub_code)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("out_trade_no", None), ("out_trade_no", ""), ("out_trade_no", "a" * 65),
        ("out_trade_no", "a-b"), ("out_trade_no", "订单"), ("out_trade_no", 7),
        ("out_trade_no", "a\u0000b"), ("out_trade_no", "１２"), ("out_trade_no", "a\n"),
        ("total_amount", None), ("total_amount", ""), ("total_amount", "0"),
        ("total_amount", "0.00"), ("total_amount", "0.001"), ("total_amount", "-1"),
        ("total_amount", "1e2"), ("total_amount", "100000000.01"), ("total_amount", "1.234"),
        ("total_amount", "1" * 31), ("total_amount", "NaN"), ("total_amount", "１.00"),
        ("total_amount", " 1"), ("total_amount", "1,000"), ("total_amount", True),
        ("total_amount", [1]), ("total_amount", 10**30), ("total_amount", 1.005),
        ("subject", None), ("subject", ""), ("subject", "   "), ("subject", "题" * 257),
        ("subject", "a\u0000b"), ("subject", "\ud800"), ("subject", {"a": 1}),
        ("product_code", None), ("product_code", "QUICK_WAP_WAY"),
        ("seller_id", "2088000000000001"), ("body", "x" * 129), ("passback_params", "x" * 513),
        ("time_expire", "tomorrow"), ("time_expire", "2026-11-24 8:00:00"),
        ("time_expire", "0001-01-01 00:00:00"), ("time_expire", 5),
    ],
)  # fmt: skip
def test_a_wrong_key_of_the_content_is_named(merchant: Merchant, name: str, value: Any) -> None:
    found = refused(merchant, merchant.link(Order(), content={name: value}))
    assert found[:2] == (name, "ACQ.INVALID_PARAMETER")


@pytest.mark.parametrize("timeout", ["0m", "16d", "1y", "90", "1m1h", "99999d"])
def test_a_wrong_timeout_is_named(merchant: Merchant, timeout: str) -> None:
    content = {"time_expire": None, "timeout_express": timeout}
    found = refused(merchant, merchant.link(Order(), content=content))
    assert found[:2] == ("timeout_express", "ACQ.INVALID_PARAMETER")


@pytest.mark.parametrize(
    ("amount", "stored"),
    [("0.01", "0.01"), ("100000000", "100000000.00"), ("100000000.00", "100000000.00"),
     (5, "5.00"), (5.5, "5.50"), ("88.8", "88.80")],
)  # fmt: skip
def test_right_amounts(merchant: Merchant, amount: Any, stored: str) -> None:
    order = merchant.open(content={"total_amount": amount})
    assert str(SandboxTrade.objects.get(trade_no=order.trade_no).total_amount) == stored


def test_the_longest_of_everything_is_taken(merchant: Merchant) -> None:
    order = Order(out_trade_no="A_" * 32)
    content = {"subject": "题😀" * 128, "body": "体" * 128, "passback_params": "p" * 512}
    merchant.open(order, content=content)
    assert SandboxTrade.objects.get().subject == "题😀" * 128


@pytest.mark.parametrize("minutes", [1, 30])
def test_how_long_a_trade_can_be_paid(merchant: Merchant, time_machine: Any, minutes: int) -> None:
    time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
    content = {"time_expire": None, "timeout_express": f"{minutes}m"}
    order = merchant.open(content=content)
    trade = SandboxTrade.objects.get(trade_no=order.trade_no)
    assert (trade.time_expire - trade.created_at).total_seconds() == minutes * 60
    forever = merchant.open(content={"time_expire": None})
    trade = SandboxTrade.objects.get(trade_no=forever.trade_no)
    assert (trade.time_expire - trade.created_at).days == 15
    until = merchant.open(content={"time_expire": "2026-11-24 08:30:00"})
    trade = SandboxTrade.objects.get(trade_no=until.trade_no)
    assert trade.time_expire.isoformat() == "2026-11-24T00:30:00+00:00"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"a"', "[" * 100_000, "NaN", '{"total_amount": Infinity}', "\x00",
     "1" * 5000, '{"a":' * 3000],
)  # fmt: skip
def test_a_content_that_is_no_object(merchant: Merchant, content: str) -> None:
    found = refused(merchant, merchant.link(Order(), content=content))
    assert found[0] == "biz_content"


class TestTheSignature:
    def test_of_a_stranger(self, merchant: Merchant) -> None:
        params = merchant.link_params(Order())
        text = "&".join(f"{k}={v}" for k, v in sorted(params.items()) if k != "sign")
        params["sign"] = signature_of(text, key_pair_make().private)
        response = merchant.browser.get(f"{GATEWAY}?{urlencode(params)}")
        page = response.content.decode()
        assert (response.status_code, "isv.invalid-signature" in page) == (400, True)
        shown = re.search(r'<pre id="signed-text">(.*?)</pre>', page, re.DOTALL)
        assert shown
        assert html.unescape(shown[1]) == text

    @pytest.mark.parametrize("name", ["biz_content", "notify_url", "return_url", "timestamp"])
    def test_covers_every_parameter(self, merchant: Merchant, name: str) -> None:
        params = merchant.link_params(Order())
        other = merchant.link_params(Order(), timestamp=now_text(hours=1),
                                     notify_url="http://evil.example/",
                                     return_url="http://evil.example/")  # fmt: skip
        url = f"{GATEWAY}?{urlencode({**params, name: other[name]})}"
        assert refused(merchant, url)[:2] == ("sign", "isv.invalid-signature")

    def test_covers_what_was_added(self, merchant: Merchant) -> None:
        url = f"{merchant.link(Order())}&app_auth_token=x"
        assert refused(merchant, url)[:2] == ("sign", "isv.invalid-signature")
        assert merchant.browser.get(f"{merchant.link(Order())}&empty=").status_code == 302

    def test_covers_the_sign_type(self, merchant: Merchant) -> None:
        params = envelope("alipay.trade.page.pay", merchant.content(Order()))
        text = "&".join(f"{k}={v}" for k, v in sorted(params.items()) if k != "sign_type")
        params["sign"] = signature_of(text, os.environ["ALIPAY_PRIVATE_KEY"])
        found = refused(merchant, f"{GATEWAY}?{urlencode(params)}")
        assert found[:2] == ("sign", "isv.invalid-signature")

    @pytest.mark.parametrize("sign", ["!", "AAAA", "=", "签名", "A" * 100_000, "\x00", "\n"])
    def test_that_is_none(self, merchant: Merchant, sign: str) -> None:
        url = f"{GATEWAY}?{urlencode({**merchant.link_params(Order()), 'sign': sign})}"
        assert refused(merchant, url)[:2] == ("sign", "isv.invalid-signature")

    def test_with_a_space_for_a_plus(self, merchant: Merchant) -> None:
        """What an address does that was not encoded."""
        params = merchant.link_params(Order())
        params["sign"] = params["sign"].replace("+", " ") + " "
        url = f"{GATEWAY}?{urlencode(params)}"
        assert refused(merchant, url)[:2] == ("sign", "isv.invalid-signature")


def test_a_parameter_twice(merchant: Merchant) -> None:
    url = f"{merchant.link(Order())}&charset=utf-8"
    assert refused(merchant, url) == (
        "charset", "isv.invalid-parameter", "参数 charset 重复出现。",
    )  # fmt: skip


def test_nothing_runs_on_the_page(merchant: Merchant) -> None:
    evil = "<script>alert(1)</script>\"'"
    for url in (
        merchant.link(Order(), content={"out_trade_no": evil}),
        f"{GATEWAY}?{urlencode({**merchant.link_params(Order()), 'x': evil})}",
        f"{merchant.link(Order())}&{evil}=1&{evil}=2",
    ):
        page = merchant.browser.get(url).content.decode()
        assert "alert(1)" not in page.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")
    order = merchant.open(content={"subject": evil})
    for path in (f"/alipay-sandbox/cashier/{order.trade_no}/", "/alipay-sandbox/"):
        page = merchant.browser.get(path).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page


class TestTheSameOrderAgain:
    def test_is_the_same_trade(self, merchant: Merchant) -> None:
        order = merchant.open()
        first = order.trade_no
        assert merchant.open(order).trade_no == first
        assert SandboxTrade.objects.count() == 1

    def test_takes_the_newer_addresses(self, merchant: Merchant) -> None:
        order = merchant.open()
        merchant.open(order, notify_url="http://127.0.0.1:8001/n", return_url=None,
                      content={"time_expire": "2099-01-01 00:00:00"})  # fmt: skip
        trade = SandboxTrade.objects.get()
        assert (trade.notify_url, trade.return_url, trade.time_expire.year) == (
            "http://127.0.0.1:8001/n", "", 2098,
        )  # fmt: skip

    @pytest.mark.parametrize("change", [{"total_amount": "88.81"}, {"subject": "另一件"}])
    def test_of_another_amount_or_subject(self, merchant: Merchant, change: Any) -> None:
        order = merchant.open()
        found = refused(merchant, merchant.link(order, content=change))
        assert found[:2] == ("", "ACQ.CONTEXT_INCONSISTENT")

    def test_of_a_paid_one_shows_that(self, merchant: Merchant) -> None:
        order = merchant.paid()
        merchant.open(order, return_url="http://evil.example/")
        page = merchant.browser.get(f"/alipay-sandbox/cashier/{order.trade_no}/").content.decode()
        assert "付款成功" in page
        assert "确认付款" not in page
        assert SandboxTrade.objects.get().return_url == f"{merchant.origin}/return"


def test_a_link_whose_time_is_over(merchant: Merchant, time_machine: Any) -> None:
    time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
    link = merchant.link(Order())
    time_machine.shift(1800)
    assert refused(merchant, link) == ("time_expire", "ACQ.INVALID_PARAMETER", "已超过付款时间。")


def test_a_new_link_does_not_open_a_trade_whose_time_is_over(
    merchant: Merchant, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
    order = merchant.open()
    time_machine.shift(1801)
    merchant.open(order)
    assert SandboxTrade.objects.get().status == "TRADE_CLOSED"


def test_other_methods_of_http(merchant: Merchant) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(merchant.browser, method)(GATEWAY).status_code == 405
    assert refused(merchant, GATEWAY)[0] == "method"


def test_biz_content_may_be_spaced_and_escaped(merchant: Merchant) -> None:
    text = json.dumps(merchant.content(Order()), ensure_ascii=False, indent=2)
    params = signed(envelope("alipay.trade.page.pay", text))
    assert merchant.browser.get(f"{GATEWAY}?{urlencode(params)}").status_code == 302
