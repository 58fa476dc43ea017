"""The link that leads a buyer to Alipay's cashier: one for computers, one for phones.

Signing costs more than all else that a reader of orders asks for, and Alipay takes the same link
as often as it is opened: each is signed once and kept in the cache, which all processes share,
under a key made of everything that it says. It is kept no longer than the order can be paid, and
holds nothing that its buyer is not told.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from utils.alipay import PayTerms, client_from_settings
from utils.cache.optional import OptionalCache
from utils.text.language import in_shop_language

from ..models import OrderInfo

NOTIFY_PATH = "/alipay/notify/"
RETURN_PATH = "/alipay/return/"
# Where the buyer's orders are: a route of the published clients, and of the shop's own front.
ORDERS_PAGE = "/index/#/app/home/member/order"

_links = OptionalCache("default")


class PayFrom(StrEnum):
    """What a buyer pays from: Alipay's cashier of a computer, or that of a phone."""

    COMPUTER = "computer"
    PHONE = "phone"


def pay_links_attach(orders: Sequence[OrderInfo], *, pay_from: PayFrom = PayFrom.COMPUTER) -> None:
    """Give each order its ``alipay_url``: None where there is nothing to pay any more.

    One round trip to the cache for all of them, and one more when some had to be signed.
    """
    now = timezone.now()
    for order in orders:
        order.alipay_url = None
    payable = _by_key([order for order in orders if order.is_payable(now)], pay_from)
    kept = _links.get_many(list(payable))
    missing = {key: order for key, order in payable.items() if key not in kept}
    signed = _sign(missing, pay_from, now)
    for key, order in payable.items():
        order.alipay_url = kept.get(key) or signed[key]


def pay_link_make(order: OrderInfo, *, pay_from: PayFrom = PayFrom.COMPUTER) -> None:
    """Give an order that was just made its ``alipay_url``, and keep that for its readers."""
    signed = _sign(_by_key([order], pay_from), pay_from, timezone.now())
    [order.alipay_url] = signed.values()


def pay_link(order: OrderInfo, pay_from: PayFrom = PayFrom.COMPUTER) -> str:
    """Return the signed address of the cashier for an order that is to be paid.

    The gateway refuses to be paid after the order's own time, and sends the buyer and its
    notice to SITE_URL, whatever host the client used. A buyer who leaves a phone's cashier gets
    to the orders.
    """
    client = client_from_settings()
    # Alipay keeps the subject of the first link, and shows it on the buyer's bill: it is in the
    # shop's language, whatever a request asks for.
    with in_shop_language():
        terms = _terms(order)
    if pay_from is PayFrom.PHONE:
        return client.wap_pay_url(**terms, quit_url=_quit_url())
    return client.page_pay_url(**terms)


def _terms(order: OrderInfo) -> PayTerms:
    return {
        "out_trade_no": order.order_sn,
        "total_amount": order.order_mount,
        "subject": _subject() % {"order_sn": order.order_sn},
        "notify_url": settings.SITE_URL + NOTIFY_PATH,
        "return_url": settings.SITE_URL + RETURN_PATH,
        "time_expire": order.expires_at,
    }


def _subject() -> str:
    return _("MxShop order %(order_sn)s")


def _quit_url() -> str:
    return f"{settings.SITE_URL}{ORDERS_PAGE}"


def _by_key(orders: Iterable[OrderInfo], pay_from: PayFrom) -> dict[str, OrderInfo]:
    """Return orders by what their links are kept under: whatever changes a link changes that."""
    with in_shop_language():
        subject = _subject()
    of_all = repr((client_from_settings().identity, pay_from, settings.SITE_URL, subject))
    found = {}
    for order in orders:
        own = f"{order.order_sn} {order.order_mount} {order.expires_at.timestamp()}"
        digest = hashlib.sha256(f"{of_all} {own}".encode()).hexdigest()[:32]
        found[f"pay-link:{order.pk}:{digest}"] = order
    return found


def _sign(orders: dict[str, OrderInfo], pay_from: PayFrom, now: datetime) -> dict[str, str]:
    """Return the link of each order (by its key), and keep them until the last expires."""
    links = {key: pay_link(order, pay_from) for key, order in orders.items()}
    if links:
        left = max(order.expires_at for order in orders.values()) - now
        # Within a checkout's transaction the network has to wait.
        transaction.on_commit(lambda: _links.set_many(links, int(left.total_seconds()) + 1))
    return links
