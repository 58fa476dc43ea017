"""A merchant of the tests, who signs and verifies on his own.

Nothing here is the gateway's code: the rules are written a second time, so that gateway and
tests do not share a mistake.
"""

import base64
import itertools
import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.test import Client

from tests.http_server import Answer, Received

GATEWAY = "/alipay-sandbox/gateway.do"
PAGE_PAY, WAP_PAY = "alipay.trade.page.pay", "alipay.trade.wap.pay"
_numbers = itertools.count(1)


def shanghai(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")


def now_text(**later: float) -> str:
    return shanghai(datetime.now(ZoneInfo("UTC")) + timedelta(**later))


@lru_cache(maxsize=8)
def _private_key(pem: str) -> Any:
    # Reading a key takes 28 ms, because OpenSSL checks it.
    return load_pem_private_key(pem.encode(), None)


def signature_of(text: str, private_pem: str) -> str:
    key = _private_key(private_pem)
    return base64.b64encode(key.sign(text.encode("utf-8"), PKCS1v15(), SHA256())).decode()


def is_from_gateway(text: str, signature: str, public_pem: str | None = None) -> bool:
    key: Any = load_pem_public_key((public_pem or os.environ["ALIPAY_PUBLIC_KEY"]).encode())
    try:
        key.verify(base64.b64decode(signature), text.encode("utf-8"), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def is_signed_notice(params: dict[str, str]) -> bool:
    """Over all that came but sign and sign_type, empty values included."""
    rest = sorted((k, v) for k, v in params.items() if k not in {"sign", "sign_type"})
    return is_from_gateway("&".join("=".join(pair) for pair in rest), params["sign"])


def envelope(method: str, content: Any, /, **changes: str | None) -> dict[str, str]:
    """A request before it is signed; None takes a parameter out."""
    params: dict[str, str | None] = {
        "app_id": os.environ["ALIPAY_APP_ID"],
        "method": method,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": now_text(),
        "version": "1.0",
        "biz_content": content if isinstance(content, str) else json.dumps(content),
        **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


def signed(params: dict[str, str]) -> dict[str, str]:
    text = "&".join(f"{k}={params[k]}" for k in sorted(params) if params[k] and k != "sign")
    return {**params, "sign": signature_of(text, os.environ["ALIPAY_PRIVATE_KEY"])}


@dataclass
class Order:
    """What the merchant sells, and the trade that the gateway made of it."""

    out_trade_no: str = field(default_factory=lambda: f"20261124{next(_numbers):014}")
    total_amount: str = "88.80"
    trade_no: str = ""


@dataclass
class Merchant:
    """``browser`` is the buyer's; ``inbox`` collects the notices, answered with ``reply``.

    ``serials`` are what the requests of certificate mode carry, and ``gateway_serial`` is what an
    answer has to say there.
    """

    origin: str = "http://merchant.example"
    browser: Client = field(default_factory=Client)
    server: Client = field(default_factory=Client)
    inbox: list[dict[str, str]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    serials: dict[str, str] = field(default_factory=dict)
    gateway_serial: str = ""
    reply: Answer = field(default_factory=lambda: Answer(200, b"success", "text/plain"))

    def __call__(self, received: Received) -> Answer:
        self.received.append(received)
        if received.method != "POST":  # a browser that comes back
            return Answer(200, b"<!doctype html>", "text/html")
        self.inbox.append(received.form)
        return self.reply

    def content(self, order: Order, **changes: Any) -> dict[str, Any]:
        content = {
            "out_trade_no": order.out_trade_no,
            "total_amount": order.total_amount,
            "subject": "MxShop 订单 & 水果",
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "time_expire": now_text(minutes=30),
            **changes,
        }
        return {name: value for name, value in content.items() if value is not None}

    def link_params(
        self, order: Order, /, method: str = PAGE_PAY, **changes: Any
    ) -> dict[str, str]:
        """Of a payment link; ``content`` replaces keys of biz_content, the rest parameters."""
        content = changes.pop("content", {})
        if method == WAP_PAY and isinstance(content, dict):
            phone = {"product_code": "QUICK_WAP_WAY", "quit_url": f"{self.origin}/orders#mine"}
            content = {**phone, **content}
        if isinstance(content, dict):
            content = self.content(order, **content)
        return signed(
            envelope(
                method,
                content,
                **{
                    **self.serials,
                    "notify_url": f"{self.origin}/notify",
                    "return_url": f"{self.origin}/return",
                    **changes,
                },
            )
        )

    def link(self, order: Order, **changes: Any) -> str:
        return f"{GATEWAY}?{urlencode(self.link_params(order, **changes))}"

    def open(self, order: Order | None = None, **changes: Any) -> Order:
        """The buyer follows the link to the cashier."""
        order = order or Order()
        response = self.browser.get(self.link(order, **changes))
        assert response.status_code == 302, response.content.decode()
        assert response.headers["Location"].startswith("/alipay-sandbox/cashier/")
        order.trade_no = response.headers["Location"].split("/")[-2]
        return order

    def pay(self, order: Order, **switches: Any) -> Any:
        return self.browser.post(f"/alipay-sandbox/cashier/{order.trade_no}/pay/", switches)

    def paid(self, **switches: Any) -> Order:
        order = self.open()
        assert self.pay(order, **switches).status_code == 302
        return order

    def call(self, method: str, **content: Any) -> dict[str, Any]:
        """A server call; returns the node, whose signature is checked over its very bytes."""
        response = self.server.post(GATEWAY, signed(envelope(method, content, **self.serials)))
        assert response.status_code == 200
        text = response.content.decode()
        name = f"{method.replace('.', '_')}_response"
        label = f',"alipay_cert_sn":"{self.gateway_serial}"' if self.gateway_serial else ""
        begin, end = f'{{"{name}":', f'{label},"sign":"'
        assert text.startswith(begin), text
        node = text[len(begin) : text.rindex(end)]
        assert is_from_gateway(node, json.loads(text)["sign"])
        return json.loads(node)

    def query(self, order: Order) -> dict[str, Any]:
        return self.call("alipay.trade.query", out_trade_no=order.out_trade_no)

    def refund(self, order: Order, amount: Any, number: str | None = None) -> dict[str, Any]:
        content = {"out_trade_no": order.out_trade_no, "refund_amount": amount}
        if number is not None:
            content["out_request_no"] = number
        return self.call("alipay.trade.refund", **content)


def returned(location: str) -> dict[str, str]:
    """The parameters that the browser brings back."""
    query = parse_qs(urlsplit(location).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


def yuan(text: str) -> Decimal:
    assert len(text.partition(".")[2]) == 2, text
    return Decimal(text)
