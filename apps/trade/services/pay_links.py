"""The link that leads a buyer to Alipay's cashier: one for computers, one for phones.

Signing costs more than all else that a reader of orders asks for, and Alipay takes the same link
as often as it is opened: each is signed once and kept in the cache, which all processes share,
under a key made of everything that it says. There it is kept no longer than the order can be paid,
and a process keeps the links it has seen last. A link holds nothing that its buyer is not told.
"""

import hashlib
from collections.abc import Hashable, Sequence
from enum import StrEnum
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from utils.alipay import PayTerms, client_from_settings
from utils.cache.optional import OptionalCache
from utils.cache.process_memory import ProcessMemory
from utils.text.language import in_shop_language

from ..models import OrderInfo

NOTIFY_PATH = "/alipay/notify/"
RETURN_PATH = "/alipay/return/"
# Where the buyer's orders are: a route of the published clients, and of the shop's own front.
ORDERS_PAGE = "/index/#/app/home/member/order"

# 1.3 KB each.
LINKS_OF_PROCESS = 1_000

_links = OptionalCache("default")
_own_links = ProcessMemory[str](LINKS_OF_PROCESS)


class PayFrom(StrEnum):
    """What a buyer pays from: Alipay's cashier of a computer, or that of a phone."""

    COMPUTER = "computer"
    PHONE = "phone"


def pay_links_attach(orders: Sequence[OrderInfo], *, pay_from: PayFrom = PayFrom.COMPUTER) -> None:
    """Give each order its ``alipay_url``: None where there is nothing to pay any more.

    One round trip to the cache for all that this process has not seen, and one more when some had
    to be signed.
    """
    now, of_all = timezone.now(), _of_all(pay_from)
    unseen = []
    for order in orders:
        is_payable = order.is_payable(now)
        order.alipay_url = _own_links.get(_said(order, of_all)) if is_payable else None
        if is_payable and order.alipay_url is None:
            unseen.append(order)
    if unseen:
        _attach(unseen, _links.get_many([_key(order, of_all) for order in unseen]), pay_from)


def pay_link_make(order: OrderInfo, *, pay_from: PayFrom = PayFrom.COMPUTER) -> None:
    """Give an order that was just made its ``alipay_url``, and keep that for its readers."""
    _attach([order], {}, pay_from)


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


def _of_all(pay_from: PayFrom) -> str:
    """Return what the links of all orders have in common, as a digest."""
    with in_shop_language():
        subject = _subject()
    return _digest(client_from_settings().identity, pay_from, settings.SITE_URL, subject)


@lru_cache(maxsize=8)
def _digest(*said: Hashable) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _said(order: OrderInfo, of_all: str) -> Hashable:
    """Return all that an order's link says: whatever changes the link changes that."""
    return of_all, order.order_sn, order.order_mount, order.expires_at


def _key(order: OrderInfo, of_all: str) -> str:
    """Return what an order's link is kept under in the cache."""
    said = f"{of_all} {order.order_sn} {order.order_mount} {order.expires_at.timestamp()}"
    return f"pay-link:{order.pk}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _attach(orders: Sequence[OrderInfo], kept: dict[str, str], pay_from: PayFrom) -> None:
    """Give each order its link: what is kept of it, or signed now and kept until the last ends."""
    of_all, signed = _of_all(pay_from), {}
    for order in orders:
        key = _key(order, of_all)
        order.alipay_url = link = kept.get(key) or pay_link(order, pay_from)
        _own_links.keep(_said(order, of_all), link)
        if key not in kept:
            signed[key] = link
    if signed:
        left = max(order.expires_at for order in orders) - timezone.now()
        # Within a checkout's transaction the network has to wait.
        transaction.on_commit(lambda: _links.set_many(signed, int(left.total_seconds()) + 1))
