"""The address of the cashier, which nobody has to be asked for; and the client of the settings."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine

from utils.alipay import AlipayClient, client_from_settings

from .alipay_keys import bare, fits, key_from_seed, private_pem, public_pem, sign
from .data.make_alipay_vectors import ALIPAY_SEED, APP_ID, APP_SEED

pytestmark = pytest.mark.one_database

APP, ALIPAY = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
ORDER_SN = "2026112310000012345678"
CLIENT = AlipayClient(
    app_id=APP_ID,
    gateway_url="https://openapi.alipay.com/gateway.do",
    private_key=bare(private_pem(APP)),
    alipay_public_key=bare(public_pem(ALIPAY)),
)


def make_url(**changed: Any) -> str:
    return CLIENT.page_pay_url(**{
        "out_trade_no": ORDER_SN, "total_amount": Decimal("312"), "subject": "新鲜水果",
        "notify_url": "https://shop.example.com/alipay/return/",
        "return_url": "https://shop.example.com/alipay/return/",
        "time_expire": datetime(2026, 11, 23, 2, 30, 59, 999_999, tzinfo=UTC), **changed,
    })  # fmt: skip


def content(**changed: Any) -> dict[str, str]:
    return json.loads(dict(parse_qsl(urlsplit(make_url(**changed)).query))["biz_content"])


@time_machine.travel(datetime(2026, 11, 23, 16, 0, 1, tzinfo=UTC), tick=False)
def test_the_address():
    url = make_url()
    assert url.isascii()
    assert url.startswith("https://openapi.alipay.com/gateway.do?app_id=2021000000000001&")
    params = dict(parse_qsl(urlsplit(url).query, strict_parsing=True))
    signature = params.pop("sign")
    assert fits("&".join(f"{k}={params[k]}" for k in sorted(params)), signature, APP)
    assert json.loads(params.pop("biz_content")) == {
        "out_trade_no": ORDER_SN, "total_amount": "312.00", "subject": "新鲜水果",
        "product_code": "FAST_INSTANT_TRADE_PAY", "time_expire": "2026-11-23 10:30:59",
    }  # fmt: skip
    assert params == {
        "app_id": APP_ID, "method": "alipay.trade.page.pay", "format": "JSON",
        "charset": "utf-8", "sign_type": "RSA2", "timestamp": "2026-11-24 00:00:01",
        "version": "1.0", "notify_url": "https://shop.example.com/alipay/return/",
        "return_url": "https://shop.example.com/alipay/return/",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ("a/b=c&d", "a／b＝c＆d"),
        (" a\r\n b\t\x00c\x7f ", "a b c"),
        ("x" * 256, "x" * 256),
        ("果" * 257, "果" * 255 + "…"),
        ("", ORDER_SN),
        (" \n", ORDER_SN),
        ("😀%+\"'", "😀%+\"'"),
    ],
    ids=range(7),
)
def test_the_subject(subject, sent):
    assert content(subject=subject)["subject"] == sent


def test_the_body():
    assert content(body="")["subject"] == "新鲜水果"
    assert "body" not in content(body="")
    assert content(body="a&b=1")["body"] == "a＆b＝1"
    assert len(content(body="x" * 500)["body"]) == 128


@pytest.mark.parametrize(
    ("amount", "sent"),
    [("0.01", "0.01"), ("1E+2", "100.00"), ("12.5", "12.50"), ("7.000", "7.00"),
     ("100000000", "100000000.00")],
)  # fmt: skip
def test_amounts(amount, sent):
    assert content(total_amount=Decimal(amount))["total_amount"] == sent


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("0.015"), 1.0, Decimal("sNaN")])
def test_amounts_that_are_none(amount):
    with pytest.raises(ValueError, match=r"is n|two decimals"):
        make_url(total_amount=amount)


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        make_url(time_expire=datetime(2026, 11, 23))  # noqa: DTZ001


def test_the_client_of_the_settings(settings, monkeypatch):
    first = client_from_settings()
    assert client_from_settings() is first
    assert (first.app_id, first.gateway_url) == (
        settings.ALIPAY_APP_ID, settings.ALIPAY_GATEWAY_URL,
    )  # fmt: skip
    settings.ALIPAY_APP_ID = "2"
    assert client_from_settings().app_id == "2"
    settings.ALIPAY_PUBLIC_KEY = public_pem(ALIPAY)
    message = {"a": "1", "sign": sign("a=1", ALIPAY)}
    assert client_from_settings().verify_notify(message) is True
    assert first.verify_notify(message) is False
