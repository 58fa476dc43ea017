"""What the demo's buyers have: addresses, hearts, messages, and orders in every tab.

Everything is done by the services of the apps, so that ``audit_shop`` finds nothing. The orders are
then dated back, and the local gateway is told their payments, so that they can be refunded.
"""

import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import (
    FreightProvince,
    FreightRule,
    OrderGoods,
    OrderInfo,
    Payment,
    RefundRequest,
    Shipment,
)
from apps.trade.order_status import Event, ReceivedBy
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create, order_sn_make
from apps.trade.services.checkout_choice import Choice
from apps.trade.services.destinations import FromAddressBook
from apps.trade.services.orders import order_close
from apps.trade.services.payments import payment_confirm
from apps.trade.services.refund_pictures import PictureFiles
from apps.trade.services.refund_requests import (
    Wish,
    refund_request_approve,
    refund_request_open,
)
from apps.trade.services.refunds import refund_done, refund_open
from apps.trade.services.shipping import order_confirm, order_ship
from apps.user_operation.models import UserAddress
from apps.user_operation.services.addresses import address_add
from apps.user_operation.services.favourites import favourite_add
from apps.user_operation.services.messages import message_leave, message_reply

from .loading import FOLDER, Data
from .logins import STAFF

PAID_AFTER = timedelta(minutes=4)
SHIPPED_AFTER = timedelta(hours=6)
RECEIVED_AFTER = timedelta(days=3)


@transaction.atomic
def load_buyers() -> int:
    """Give the demo's buyers what they have; return how many orders were made.

    Nothing happens in a shop that has an order, or where the demo's buyers are missing.
    """
    data = tomllib.loads((FOLDER / "catalogue" / "buyers.toml").read_text())
    names = [STAFF.username, *(buyer["username"] for buyer in data["buyers"])]
    users = {user.username: user for user in get_user_model().objects.filter(username__in=names)}
    if OrderInfo.objects.exists() or len(users) < len(names):
        return 0
    _load_freight(data["freight"])
    goods = {row.goods_sn: row.pk for row in Goods.objects.only("goods_sn")}
    staff_id = users[STAFF.username].pk
    orders = []
    for buyer in data["buyers"]:
        user_id = users[buyer["username"]].pk
        _load_belongings(user_id, buyer, goods)
        orders += [(user_id, order) for order in buyer["orders"]]
    # The oldest first: lists go by their keys.
    for user_id, order in sorted(orders, key=lambda pair: -pair[1].get("days", 0)):
        _load_order(user_id, order, goods, staff_id)
    return len(orders)


def _load_freight(rules: list[Data]) -> None:
    for rule in rules:
        provinces = rule.get("provinces", [])
        row = FreightRule.objects.create(
            name=rule["name"],
            fee=Decimal(rule["fee"]),
            free_from=Decimal(rule["free_from"]) if "free_from" in rule else None,
            is_default=not provinces,
        )
        FreightProvince.objects.bulk_create(
            FreightProvince(rule=row, province=province) for province in provinces
        )


def _load_belongings(user_id: int, buyer: Data, goods: dict[str, int]) -> None:
    for fields in buyer["addresses"]:
        address_add(user_id=user_id, fields=fields)
    for sn in buyer["favourites"]:
        favourite_add(user_id=user_id, goods_id=goods[sn])
    for words in buyer["messages"]:
        message = message_leave(
            user_id=user_id, message_type=words["type"], subject=words["subject"],
            message=words["message"], attachment=None,
        )  # fmt: skip
        if "reply" in words:
            message_reply(message_id=message.pk, reply=words["reply"])


def _load_order(user_id: int, data: Data, goods: dict[str, int], staff_id: int) -> None:
    """Make an order and let it come to its fate; it was ordered ``days`` ago."""
    address = UserAddress.objects.get(user_id=user_id, is_default=True)
    chosen = [goods[sn] for sn in data["lines"]]
    for sn, nums in data["lines"].items():
        cart_add(user_id=user_id, goods_id=goods[sn], nums=nums)
    order = order_create(
        user_id=user_id,
        choice=Choice(goods_ids=chosen),
        destination=FromAddressBook(address.pk, data.get("post_script", "")),
    )
    days = data.get("days", 0)
    if days:
        _date_back(order, timezone.now() - timedelta(days=days))
    fate = data["fate"]
    if fate in ("cancelled", "expired"):
        order_close(order_id=order.pk, event=Event.CANCEL if fate == "cancelled" else Event.EXPIRE)
    elif fate != "to_pay":
        _pay(order)
        _deliver(order, data, staff_id)
        _give_back(order, data, staff_id)


def _date_back(order: OrderInfo, then: datetime) -> None:
    waits = order.expires_at - order.add_time
    order.add_time, order.expires_at, order.order_sn = then, then + waits, order_sn_make(then)
    order.save(update_fields=["add_time", "expires_at", "order_sn"])
    OrderGoods.objects.filter(order=order).update(add_time=then)


def _pay(order: OrderInfo) -> None:
    paid_at = order.add_time + PAID_AFTER
    trade_no = f"{timezone.localtime(paid_at):%Y%m%d}22001{order.order_sn[-15:]}"
    payment_confirm(order_id=order.pk, trade_no=trade_no, amount=order.order_mount, paid_at=paid_at)
    Payment.objects.filter(trade_no=trade_no).update(add_time=paid_at)
    order.refresh_from_db()


def _deliver(order: OrderInfo, data: Data, staff_id: int) -> None:
    shipped_at = order.add_time + SHIPPED_AFTER
    for carrier, number in data.get("parcels", []):
        order_ship(order_id=order.pk, carrier=carrier, tracking_no=number, staff_id=staff_id)
    Shipment.objects.filter(order=order).update(shipped_at=shipped_at, add_time=shipped_at)
    OrderInfo.objects.filter(pk=order.pk, shipped_at__isnull=False).update(shipped_at=shipped_at)
    if data["fate"] == "received":
        order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
        OrderInfo.objects.filter(pk=order.pk).update(received_at=shipped_at + RECEIVED_AFTER)


def _give_back(order: OrderInfo, data: Data, staff_id: int) -> None:
    """Refund what was refunded, and tell the local gateway of the payment and of that."""
    payment = order.payments.get()
    refund: Any = None
    if data["fate"] == "refunded":
        refund = refund_open(
            payment_id=payment.pk, amount=payment.amount, reason="不想要了", staff_id=staff_id
        )
    elif asked := data.get("request"):
        wish = Wish(
            reason=asked["reason"], amount=Decimal(asked["amount"]),
            description=asked["description"],
        )  # fmt: skip
        request: RefundRequest = refund_request_open(
            user_id=order.user_id, order_id=order.pk, wish=wish, files=PictureFiles()
        )
        if "approved" in asked:
            refund = refund_request_approve(
                request_id=request.pk, amount=Decimal(asked["approved"]), lines={},
                reply=asked["reply"], staff_id=staff_id,
            )  # fmt: skip
    if refund is not None:
        refund_done(refund_id=refund.pk, done_at=timezone.now())
        refund.refresh_from_db()
    if apps.is_installed("extra_apps.alipay_sandbox"):
        from .gateway import trade_remember  # its models belong to an app that is not always there

        trade_remember(order, payment, refund)
