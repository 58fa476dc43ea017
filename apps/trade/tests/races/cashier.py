"""The local gateway over sockets: its cashier, its notices, and what it knows of a trade."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils import timezone

from apps.trade.models import OrderInfo
from apps.trade.services.pay_links import NOTIFY_PATH, pay_link
from extra_apps.alipay_sandbox.clock import to_text
from extra_apps.alipay_sandbox.conf import sandbox_conf
from extra_apps.alipay_sandbox.messages_out import notice_form
from extra_apps.alipay_sandbox.models import SandboxNotice, SandboxTrade
from extra_apps.alipay_sandbox.services.notices import notices_send_due

from .helpers import Answer, Shop


def cashier_open(shop: Shop, order: OrderInfo) -> str:
    """Follow the order's link; return the trade's number."""
    link = urlsplit(pay_link(order))
    answer = shop.browser().get(f"{link.path}?{link.query}")
    assert answer.status == 302, answer.body
    return answer.location.rstrip("/").rpartition("/")[2]


def cashier_pay(shop: Shop, trade_no: str, **switches: int) -> Answer:
    """Press the button: 302 when the money moved, 409 when it did not."""
    return shop.browser().post_form(f"/alipay-sandbox/cashier/{trade_no}/pay/", switches)


def pay(shop: Shop, order: OrderInfo) -> str:
    """Pay, and have the notice delivered; return the trade's number."""
    trade_no = cashier_open(shop, order)
    assert cashier_pay(shop, trade_no).status == 302
    notices_send_due()
    return trade_no


def is_paid_at_gateway(order: OrderInfo) -> bool:
    trades = SandboxTrade.objects.filter(out_trade_no=order.order_sn)
    return trades.filter(paid_at__isnull=False).exists()


def notice_of(order: OrderInfo, trade_no: str, *, number: int = 1) -> str:
    """Return the body of a notice, signed by the gateway: this trade has paid the order.

    Notices of another ``number`` are others, that say the same.
    """
    conf, now = sandbox_conf(), timezone.now()
    params = {
        "app_id": conf.app_id,
        "seller_id": conf.seller_id,
        "notify_id": f"notice {number} of {trade_no}",
        "out_trade_no": order.order_sn,
        "trade_no": trade_no,
        "trade_status": "TRADE_SUCCESS",
        "total_amount": f"{order.order_mount:.2f}",
        "gmt_payment": to_text(now),
    }
    return _body(params, now)


def notice_kept(order: OrderInfo) -> str:
    """Return the body of the notice that the gateway wrote about an order, and has not sent."""
    notice = SandboxNotice.objects.get(trade__out_trade_no=order.order_sn)
    return _body(dict(notice.params), timezone.now())


def _body(params: dict[str, Any], now: datetime) -> str:
    return urlencode(notice_form(params, conf=sandbox_conf(), now=now, is_forged=False))


def notify(shop: Shop, body: str) -> tuple[int, str]:
    """Deliver a notice as the gateway does; return status and body of the answer."""
    answer = shop.anybody().post_form(NOTIFY_PATH, body)
    return answer.status, answer.body
