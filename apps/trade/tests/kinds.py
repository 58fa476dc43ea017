"""An order of every kind, of one buyer, made through the services."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, RefundRequest
from apps.trade.order_status import Event, ReceivedBy
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import Destination, order_create
from apps.trade.services.orders import order_at_cashier, order_close
from apps.trade.services.payments import payment_confirm, payment_finish
from apps.trade.services.refunds import refund_done, refund_open
from apps.trade.services.shipping import order_confirm
from apps.users.models import UserProfile

from .addresses import DESTINATION
from .shipping import ship

PRICE = Decimal("12.30")


@dataclass
class Maker:
    buyer: UserProfile
    goods: Goods

    def make(self, *steps: str) -> OrderInfo:
        """Make an order, and take it through ``steps``, names of methods."""
        cart_add(user_id=self.buyer.pk, goods_id=self.goods.pk, nums=1)
        order = order_create(user_id=self.buyer.pk, destination=Destination(**DESTINATION))
        for step in steps:
            getattr(self, step)(order)
        order.refresh_from_db()
        return order

    def at_cashier(self, order: OrderInfo) -> None:
        order_at_cashier(order_id=order.pk)

    def expired(self, order: OrderInfo) -> None:
        OrderInfo.objects.filter(pk=order.pk).update(expires_at=timezone.now())

    def cancelled(self, order: OrderInfo) -> None:
        order_close(order_id=order.pk, event=Event.CANCEL)

    def swept(self, order: OrderInfo) -> None:
        order_close(order_id=order.pk, event=Event.EXPIRE)

    def dismissed(self, order: OrderInfo) -> None:
        order_close(order_id=order.pk, event=Event.STAFF_CLOSE)

    def paid(self, order: OrderInfo) -> None:
        payment_confirm(
            order_id=order.pk, trade_no=f"T{order.pk}", amount=PRICE, paid_at=timezone.now()
        )

    def shipped(self, order: OrderInfo) -> None:
        ship(order.pk)

    def received(self, order: OrderInfo) -> None:
        order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)

    def finished(self, order: OrderInfo) -> None:
        payment_finish(order_id=order.pk, trade_no=f"T{order.pk}")

    def asked(self, order: OrderInfo) -> None:
        RefundRequest.objects.create(order=order, amount=1, reason="damaged")

    def rejected(self, order: OrderInfo) -> None:
        RefundRequest.objects.create(order=order, amount=1, reason="damaged", state="rejected")

    def refund_begun(self, order: OrderInfo, amount: Decimal = PRICE) -> int:
        return refund_open(
            payment_id=order.payments.get().pk, amount=amount, reason="x", staff_id=self.buyer.pk
        ).pk

    def refunded(self, order: OrderInfo, amount: Decimal = PRICE) -> None:
        refund_done(refund_id=self.refund_begun(order, amount), done_at=timezone.now())

    def refunded_in_part(self, order: OrderInfo) -> None:
        self.refunded(order, Decimal("0.10"))


# What is done to an order, and what its buyer sees then: status, actions, close_reason.
KINDS: dict[tuple[str, ...], tuple[str, str, str | None]] = {
    (): ("to_pay", "pay cancel", None),
    ("at_cashier",): ("to_pay", "pay cancel", None),
    ("expired",): ("closed", "delete", "expired"),
    ("cancelled",): ("closed", "delete", "cancelled"),
    ("swept",): ("closed", "delete", "expired"),
    ("dismissed",): ("closed", "delete", "staff"),
    ("paid",): ("to_ship", "request_refund", None),
    ("paid", "rejected", "rejected"): ("to_ship", "request_refund", None),
    ("paid", "asked"): ("to_ship", "", None),
    ("paid", "refund_begun"): ("to_ship", "", None),
    ("paid", "refunded_in_part"): ("to_ship", "request_refund", None),
    ("paid", "finished"): ("to_ship", "delete", None),
    ("paid", "shipped"): ("to_receive", "confirm request_refund", None),
    ("paid", "shipped", "asked"): ("to_receive", "confirm", None),
    ("paid", "shipped", "finished"): ("to_receive", "confirm delete", None),
    ("paid", "shipped", "received"): ("received", "request_refund delete", None),
    ("paid", "shipped", "received", "rejected", "asked"): ("received", "delete", None),
    ("paid", "shipped", "received", "shipped"): ("received", "request_refund delete", None),
    ("paid", "shipped", "received", "finished"): ("received", "delete", None),
    ("paid", "refunded"): ("refunded", "delete", "refunded"),
    ("paid", "shipped", "refunded"): ("refunded", "delete", "refunded"),
    ("paid", "shipped", "received", "refunded"): ("refunded", "delete", "refunded"),
    ("swept", "paid"): ("to_ship", "request_refund", None),
}
