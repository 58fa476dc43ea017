"""No page of the administration asks the gateway inside a transaction."""

from typing import Any

import pytest
from django.db import connection

from apps.trade.models import OrderInfo, Payment, Refund
from extra_apps.alipay_sandbox.models import SandboxTrade
from utils.alipay import AlipayClient

from .paid.test_admin_refunds import MAY, give_back
from .staff import PAYMENTS, REFUNDS, act, confirm, staff_client


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_gateway(order_of, gateway, monkeypatch):
    """The admin's own change pages are transactions; these must not be."""
    ask, seen = AlipayClient._ask, []

    def watched(self: AlipayClient, method: str, content: Any) -> Any:
        seen.append((method, connection.in_atomic_block))
        return ask(self, method, content)

    gateway.pay(order_of(1)["alipay_url"])
    unpaid = OrderInfo.objects.get(pk=order_of(1)["id"])
    client = staff_client("change_orderinfo", *MAY)
    monkeypatch.setattr(AlipayClient, "_ask", watched)
    payment = Payment.objects.get()
    act(client, "/admin/trade/orderinfo/", "ask_gateway", unpaid)
    confirm(client, "/admin/trade/orderinfo/", "close_unpaid", unpaid)
    gateway.silent = True
    give_back(client, payment)
    gateway.silent = False
    act(client, REFUNDS, "ask_again", Refund.objects.get())
    Payment.objects.update(state="flagged", flag="sold_out", refunded=0)
    SandboxTrade.objects.update(refunded_amount=0, status="TRADE_SUCCESS")
    confirm(client, PAYMENTS, "give_back_flagged", payment)
    assert seen == [
        ("alipay.trade.query", False), ("alipay.trade.query", False),
        ("alipay.trade.refund", False), ("alipay.trade.refund", False),
        ("alipay.trade.refund", False),
    ]  # fmt: skip
