"""A shop in which everything has happened that can happen to a cart, an order and its money."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from apps.goods.models import Goods
from apps.goods.services.stock import stock_adjust
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderGoods, OrderInfo, Payment, PaymentNotice, Refund
from apps.trade.order_status import Event, ReceivedBy
from apps.trade.services.carts import cart_add, cart_remove, cart_set
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.services.orders import order_at_cashier, order_close
from apps.trade.services.payments import payment_confirm, payment_finish
from apps.trade.services.refund_pictures import PictureFiles
from apps.trade.services.refund_requests import (
    Wish,
    refund_request_approve,
    refund_request_open,
    refund_request_reject,
    refund_request_withdraw,
)
from apps.trade.services.refunds import refund_done, refund_fail, refund_open
from apps.trade.services.shipping import order_confirm, shipment_correct
from apps.trade.tests.shipping import ship
from apps.user_operation.services.favourites import favourite_add, favourite_remove
from apps.users.models import UserProfile

DESTINATION = Destination("平江路 1 号", "小满", "13800000001")


class BusyShop:
    """Two goods, 100 pieces each, and in ``orders`` one of two oranges and a pear for each state.

    ``held`` and ``lapsed`` are the buyers who have a cart.
    """

    def __init__(self) -> None:
        category = make_category()
        self.oranges = make_goods(category, stock=120, shop_price="12.30", sold_num=7)
        self.pears = make_goods(category, stock=100, shop_price="0.35")
        Goods.objects.filter(pk=self.oranges.pk).update(sold_before=7)
        stock_adjust(goods_id=self.oranges.pk, delta=-20, reference="stocktaking")
        self._mobiles = count(13_800_000_001)
        self.staff = self.buyer()
        self._fill_carts()
        self.orders = {name: self.order() for name in STORIES}
        for name, story in STORIES.items():
            story(self, self.orders[name])
        for goods in (self.oranges, self.pears):
            favourite_add(user_id=self.held.pk, goods_id=goods.pk)
        favourite_remove(user_id=self.held.pk, goods_id=self.pears.pk)
        PaymentNotice.objects.create(source="notify", raw="")

    def buyer(self) -> UserProfile:
        return UserProfile.objects.create_user(str(next(self._mobiles)))

    def order(self) -> OrderInfo:
        buyer = self.buyer()
        cart_add(user_id=buyer.pk, goods_id=self.oranges.pk, nums=2)
        cart_add(user_id=buyer.pk, goods_id=self.pears.pk, nums=1)
        return order_create(user_id=buyer.pk, destination=DESTINATION)

    def pay(self, order: OrderInfo, trade: str = "") -> Payment:
        payment_confirm(
            order_id=order.pk,
            trade_no=f"trade{order.pk}{trade}",
            amount=order.order_mount,
            paid_at=timezone.now(),
        )
        return order.payments.latest("pk")

    def refund(self, payment: Payment, amount: Decimal) -> Refund:
        return refund_open(
            payment_id=payment.pk, amount=amount, reason="bruised", staff_id=self.staff.pk
        )

    def refunded(self, payment: Payment, amount: Decimal) -> None:
        refund_done(refund_id=self.refund(payment, amount).pk, done_at=timezone.now())

    def ask(self, order: OrderInfo, amount: str) -> int:
        """Ask for money back, as the buyer; return the request's id."""
        wish = Wish(reason="damaged", amount=Decimal(amount), description="bruised")
        return refund_request_open(
            user_id=order.user_id, order_id=order.pk, wish=wish, files=PictureFiles()
        ).pk

    def approve(self, request_id: int, amount: str, oranges: int) -> Refund:
        """Approve a request, so many oranges coming back."""
        line = OrderGoods.objects.get(order__refund_requests=request_id, goods_id=self.oranges.pk)
        return refund_request_approve(
            request_id=request_id, amount=Decimal(amount), lines={line.pk: oranges}, reply="sorry",
            staff_id=self.staff.pk,
        )  # fmt: skip

    def _fill_carts(self) -> None:
        self.lapsed, self.held, left = self.buyer(), self.buyer(), self.buyer()
        for buyer in (self.lapsed, left):
            cart_add(user_id=buyer.pk, goods_id=self.oranges.pk, nums=3)
            cart_add(user_id=buyer.pk, goods_id=self.pears.pk, nums=2)
        holds_release_lapsed(now=timezone.now() + timedelta(days=1))
        # Taken again at the checkout, after the hold had lapsed.
        order_create(user_id=left.pk, destination=DESTINATION)
        cart_add(user_id=self.held.pk, goods_id=self.oranges.pk, nums=4)
        cart_set(user_id=self.held.pk, goods_id=self.oranges.pk, nums=1)
        cart_add(user_id=self.held.pk, goods_id=self.pears.pk, nums=4)
        cart_remove(user_id=self.held.pk, goods_id=self.pears.pk)


def _open(shop: BusyShop, order: OrderInfo) -> None:
    """Stays as it was made."""


def _at_cashier(shop: BusyShop, order: OrderInfo) -> None:
    order_at_cashier(order_id=order.pk)


def _closed(shop: BusyShop, order: OrderInfo) -> None:
    order_close(order_id=order.pk, event=Event.EXPIRE)


def _paid(shop: BusyShop, order: OrderInfo) -> None:
    shop.pay(order)


def _shipped(shop: BusyShop, order: OrderInfo) -> None:
    shop.pay(order)
    ship(order.pk)
    ship(order.pk)


def _received(shop: BusyShop, order: OrderInfo) -> None:
    _shipped(shop, order)
    order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
    wrong = order.shipments.current().latest("pk")
    shipment_correct(
        shipment_id=wrong.pk, carrier="zto", tracking_no="78123456789012", staff_id=shop.staff.pk
    )


def _finished(shop: BusyShop, order: OrderInfo) -> None:
    _shipped(shop, order)
    payment_finish(order_id=order.pk, trade_no=order.payments.get().trade_no)


def _paid_late(shop: BusyShop, order: OrderInfo) -> None:
    _closed(shop, order)
    shop.pay(order)


def _paid_twice(shop: BusyShop, order: OrderInfo) -> None:
    shop.pay(order)
    second = shop.pay(order, "again")
    shop.refunded(second, second.amount)


def _sold_out(shop: BusyShop, order: OrderInfo) -> None:
    _closed(shop, order)
    left = Goods.objects.get(pk=shop.pears.pk).goods_num
    stock_adjust(goods_id=shop.pears.pk, delta=-left)
    shop.pay(order)
    stock_adjust(goods_id=shop.pears.pk, delta=left)


def _refunded_in_part(shop: BusyShop, order: OrderInfo) -> None:
    payment = shop.pay(order)
    shop.refunded(payment, Decimal("0.10"))
    shop.refunded(payment, Decimal("0.20"))
    shop.refund(payment, Decimal("4.00"))
    refund_fail(refund_id=shop.refund(payment, Decimal("1.00")).pk, answer="no")


def _refunded(shop: BusyShop, order: OrderInfo) -> None:
    payment = shop.pay(order)
    shop.refunded(payment, Decimal("0.10"))
    shop.refunded(payment, order.order_mount - Decimal("0.10"))


def _refunded_shipped(shop: BusyShop, order: OrderInfo) -> None:
    _shipped(shop, order)
    payment = order.payments.get()
    shop.refunded(payment, payment.amount)


def _paid_after_refund(shop: BusyShop, order: OrderInfo) -> None:
    _refunded(shop, order)
    shop.pay(order, "again")


def _asked(shop: BusyShop, order: OrderInfo) -> None:
    _shipped(shop, order)
    refund_request_withdraw(request_id=shop.ask(order, "1.00"))
    refund_request_reject(request_id=shop.ask(order, "2.00"), reply="no", staff_id=shop.staff.pk)
    refund_fail(refund_id=shop.approve(shop.ask(order, "3.00"), "3.00", 2).pk, answer="no")
    done = shop.approve(shop.ask(order, "4.00"), "3.50", 1)
    refund_done(refund_id=done.pk, done_at=timezone.now())
    shop.ask(order, "5.00")


def _approved(shop: BusyShop, order: OrderInfo) -> None:
    shop.pay(order)
    shop.approve(shop.ask(order, "6.00"), "6.00", 1)


STORIES: dict[str, Callable[[BusyShop, OrderInfo], None]] = {
    "open": _open,
    "at_cashier": _at_cashier,
    "closed": _closed,
    "paid": _paid,
    "shipped": _shipped,
    "received": _received,
    "finished": _finished,
    "paid_late": _paid_late,
    "paid_twice": _paid_twice,
    "sold_out": _sold_out,
    "refunded_in_part": _refunded_in_part,
    "refunded": _refunded,
    "refunded_shipped": _refunded_shipped,
    "paid_after_refund": _paid_after_refund,
    "asked": _asked,
    "approved": _approved,
}
