"""The link that leads a buyer to Alipay's cashier.

Signing takes a millisecond, and Alipay takes the same link as often as it is opened: it is
signed once and kept in the cache, under a key made of everything that it says.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from utils.alipay import client_from_settings
from utils.cache.optional import OptionalCache
from utils.text.language import in_shop_language

from ..models import OrderInfo

NOTIFY_PATH = "/alipay/notify/"
RETURN_PATH = "/alipay/return/"

_links = OptionalCache("default")


def pay_links_attach(orders: Iterable[OrderInfo]) -> None:
    """Give each order its ``alipay_url``: None where there is nothing to pay any more.

    One round trip to the cache for all of them, and one more when some had to be signed.
    """
    now = timezone.now()
    payable: dict[str, OrderInfo] = {}
    for order in orders:
        order.alipay_url = None
        if order.is_payable(now):
            payable[_key(order)] = order
    kept = _links.get_many(list(payable))
    missing = {key: order for key, order in payable.items() if key not in kept}
    signed = _sign(missing, now)
    for key, order in payable.items():
        order.alipay_url = kept.get(key) or signed[key]


def pay_link_make(order: OrderInfo) -> None:
    """Give an order that was just made its ``alipay_url``, and keep that for its readers."""
    [order.alipay_url] = _sign({_key(order): order}, timezone.now()).values()


def pay_link(order: OrderInfo) -> str:
    """Return the signed address of the cashier for an order that is to be paid.

    The gateway refuses to be paid after the order's own time, and sends the buyer and its
    notice to SITE_URL, whatever host the client used.
    """
    return client_from_settings().page_pay_url(**_terms(order))


def _terms(order: OrderInfo) -> dict[str, Any]:
    # Alipay keeps the subject of the first link, and shows it on the buyer's bill: it is in the
    # shop's language, whatever a request asks for.
    with in_shop_language():
        subject = _("MxShop order %(order_sn)s") % {"order_sn": order.order_sn}
    return {
        "out_trade_no": order.order_sn,
        "total_amount": order.order_mount,
        "subject": subject,
        "notify_url": settings.SITE_URL + NOTIFY_PATH,
        "return_url": settings.SITE_URL + RETURN_PATH,
        "time_expire": order.expires_at,
    }


def _key(order: OrderInfo) -> str:
    """Return what a link is kept under: whatever changes the link changes this."""
    said = json.dumps([client_from_settings().identity, _terms(order)], default=str)
    return f"pay-link:{order.pk}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _sign(orders: dict[str, OrderInfo], now: datetime) -> dict[str, str]:
    """Return the link of each order (by its key), and keep them until the last expires."""
    links = {key: pay_link(order) for key, order in orders.items()}
    if links:
        left = max(order.expires_at for order in orders.values()) - now
        # Within a checkout's transaction the network has to wait.
        transaction.on_commit(lambda: _links.set_many(links, int(left.total_seconds()) + 1))
    return links
