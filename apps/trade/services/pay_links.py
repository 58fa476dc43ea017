"""The link that leads a buyer to Alipay's cashier."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from utils.alipay import client_from_settings

from ..models import OrderInfo

NOTIFY_PATH = "/alipay/notify/"
RETURN_PATH = "/alipay/return/"


def pay_links_attach(orders: Iterable[OrderInfo]) -> None:
    """Give each order its ``alipay_url``: None where there is nothing to pay any more.

    Signing takes milliseconds: it is done for what is shown unpaid, and for nothing else.
    """
    now = timezone.now()
    for order in orders:
        order.alipay_url = pay_link(order) if order.is_payable(now) else None


def pay_link(order: OrderInfo) -> str:
    """Return the signed address of the cashier for an order that is to be paid.

    The gateway refuses to be paid after the order's own time, and sends the buyer and its
    notice to SITE_URL, whatever host the client used.
    """
    return client_from_settings().page_pay_url(
        out_trade_no=order.order_sn,
        total_amount=order.order_mount,
        subject=_("MxShop order %(order_sn)s") % {"order_sn": order.order_sn},
        notify_url=settings.SITE_URL + NOTIFY_PATH,
        return_url=settings.SITE_URL + RETURN_PATH,
        time_expire=order.expires_at,
    )
