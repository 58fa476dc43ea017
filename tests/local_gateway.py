"""The local Alipay gateway inside a test: real signatures on both sides, no sockets.

What the shop and the gateway send each other over HTTP goes to the other's views through
Django's test client instead, in the same thread and on the same database connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
from django.test import Client, override_settings

from extra_apps.alipay_sandbox.models import SandboxNotice, SandboxTrade
from extra_apps.alipay_sandbox.services.notices import notices_send_due

ORIGIN = "http://testserver"
GATEWAY_PATH = "/alipay-sandbox/gateway.do"


class LocalGateway:
    """Buyers at the cashier, and what went wrong on the line.

    ``silent``: the gateway does not answer the shop. ``asked``: the methods that the shop
    called, in order.
    """

    def __init__(self) -> None:
        self.silent = False
        self.asked: list[str] = []

    def open(self, alipay_url: str) -> str:
        """Follow an ``alipay_url`` to the cashier; return the trade's number."""
        parts = urlsplit(alipay_url)
        response: Any = Client().get(f"{parts.path}?{parts.query}", follow=True)
        assert response.status_code == 200, response.content.decode()
        return str(SandboxTrade.objects.latest("pk").trade_no)

    def press_pay(self, trade_no: str, **switches: Any) -> Any:
        """Press the cashier's button; return where it sends the buyer."""
        form = {name: str(value) for name, value in switches.items()}
        return Client().post(f"/alipay-sandbox/cashier/{trade_no}/pay/", form)

    def pay(self, alipay_url: str, **switches: Any) -> str:
        """Pay, and have the notices delivered; return the trade's number."""
        trade_no = self.open(alipay_url)
        response = self.press_pay(trade_no, **switches)
        assert response.status_code == 302, response.content.decode()
        notices_send_due()
        return trade_no

    def notices(self) -> list[dict[str, str]]:
        """Return the parameters of every notice written so far, in order."""
        return [dict(notice.params) for notice in SandboxNotice.objects.order_by("pk")]


def _to_view(gateway: LocalGateway) -> Any:
    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(request.url).path
        form = dict(parse_qsl(request.body or "", keep_blank_values=True))
        if path == GATEWAY_PATH:
            gateway.asked.append(form.get("method", ""))
            if gateway.silent:
                raise requests.ConnectionError("the gateway is silent")
        response: Any = Client().post(
            path, request.body, content_type="application/x-www-form-urlencoded"
        )
        return response.status_code, {"Content-Type": response["Content-Type"]}, response.content

    return answer


@contextmanager
def local_gateway() -> Iterator[LocalGateway]:
    """The gateway that the shop asks inside, and that sends the shop its notices."""
    gateway = LocalGateway()
    with (
        override_settings(ALIPAY_GATEWAY_URL=ORIGIN + GATEWAY_PATH),
        responses.RequestsMock(assert_all_requests_are_fired=False) as line,
    ):
        for path in (GATEWAY_PATH, "/alipay/notify/", "/alipay/return/"):
            line.add_callback(responses.POST, ORIGIN + path, callback=_to_view(gateway))
        yield gateway


@pytest.fixture
def gateway(db: None) -> Iterator[LocalGateway]:
    with local_gateway() as gateway:
        yield gateway
