"""Many orders: ``python -m bench.tools.growing_orders 100000`` on a shop without any.

Written as rows and not through the services, which would take minutes; that the books are
right all the same is what the audit is asked then.
"""

import random
import sys
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.goods.models import Goods, StockMovement  # noqa: E402
from apps.trade.models import (  # noqa: E402
    CartLine,
    OrderGoods,
    OrderInfo,
    Payment,
    PaymentNotice,
    Refund,
    RefundRequest,
    Shipment,
    ShoppingCart,
)
from apps.trade.order_status import Event, PayStatus  # noqa: E402
from apps.trade.services.cart_locks import cart_reference  # noqa: E402
from apps.users.models import UserProfile  # noqa: E402

Reason = StockMovement.Reason

BATCH = 2_000  # orders in a transaction
ORDERS_PER_BUYER = 5
LINES = (1, 1, 2, 2, 3, 4)
# How orders end, and how many of a hundred.
FATES = {
    "paid": 10, "shipped": 5, "received": 27, "asked": 3, "finished": 20, "refunded": 5,
    "part refunded": 3, "closed": 22, "unpaid": 5,
}  # fmt: skip
RECEIVED = ("received", "asked", "finished")
# So many orders are one customer's: the first buyer's.
REGULAR = 100
CART_OF = 4  # every such buyer has a line in the cart
DESTINATION = {"address": "平江路 1 号", "signer_name": "小满", "singer_mobile": "13800000001"}


class Rows:
    """Rows of all kinds, in the order in which they may be inserted."""

    def __init__(self) -> None:
        self._rows: dict[type[Model], list[Any]] = {
            kind: []
            for kind in (OrderInfo, OrderGoods, Shipment, RefundRequest, Payment, Refund,
                         PaymentNotice, CartLine, StockMovement)
        }  # fmt: skip

    def add(self, row: Model) -> None:
        self._rows[type(row)].append(row)

    def insert(self) -> None:
        with transaction.atomic():
            for kind, rows in self._rows.items():
                kind._default_manager.bulk_create(rows, batch_size=500)
                rows.clear()


class Grower:
    """Makes orders whose books are right; ``sold`` and ``moved`` are pieces by goods."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)
        self.now = timezone.now()
        self.goods = list(
            Goods.objects.order_by("pk").only("name", "shop_price", "goods_num", "sold_num")
        )
        self.sold: Counter[int] = Counter()
        self.moved: Counter[int] = Counter()
        self.rows = Rows()
        self._keys = count(1)

    def move(self, goods: Goods, delta: int, reason: Reason, reference: str) -> None:
        self.moved[goods.pk] += delta
        self.rows.add(StockMovement(goods=goods, delta=delta, reason=reason, reference=reference))

    def order(self, number: int, buyer: UserProfile) -> None:
        fate = self.chance.choices([*FATES], [*FATES.values()])[0]
        is_paid = fate not in ("closed", "unpaid")
        is_over = fate in ("closed", "refunded")
        goods = self.chance.sample(self.goods, self.chance.choice(LINES))
        pieces = [self.chance.randint(1, 4) for _ in goods]
        total = sum(
            (row.shop_price * nums for row, nums in zip(goods, pieces, strict=True)), Decimal(0)
        )
        ordered = self.now - timedelta(minutes=self.chance.randint(60, 500_000))
        order = OrderInfo(
            pk=next(self._keys), user=buyer, order_sn=f"{ordered:%Y%m%d%H%M%S}{number:08}",
            pay_status={"finished": PayStatus.TRADE_FINISHED, "unpaid": PayStatus.PAYING}.get(
                fate, PayStatus.TRADE_CLOSED if is_over else PayStatus.TRADE_SUCCESS
            ),
            order_mount=total, add_time=ordered,
            expires_at=(self.now if fate == "unpaid" else ordered) + timedelta(minutes=30),
            trade_no=f"T{number:027}" if is_paid else None, pay_time=ordered if is_paid else None,
            closed_by={"refunded": Event.REFUND, "closed": Event.EXPIRE}.get(fate, ""),
            holds_stock=not is_over, **DESTINATION,
        )  # fmt: skip
        self.rows.add(order)
        self.deliver(order, fate)
        back = Reason.REFUND if fate == "refunded" else Reason.CLOSE
        for row, nums in zip(goods, pieces, strict=True):
            self.rows.add(OrderGoods(
                order=order, goods=row, goods_num=nums, name=row.name, price=row.shop_price,
            ))  # fmt: skip
            self.move(row, -nums, Reason.HOLD, cart_reference(buyer.pk))
            if is_over:
                self.move(row, nums, back, order.order_sn)
            elif is_paid:
                self.sold[row.pk] += nums
        if is_paid:
            self.pay(order, total if fate == "refunded" else
                     Decimal("0.01") if fate == "part refunded" else Decimal(0))  # fmt: skip

    def deliver(self, order: OrderInfo, fate: str) -> None:
        if fate not in ("shipped", *RECEIVED):
            return
        order.shipped_at = self.now - timedelta(minutes=self.chance.randint(60, 12_000))
        if fate in RECEIVED:
            order.shipped_at = order.add_time + timedelta(minutes=30)
            order.received_at, order.received_by = order.shipped_at + timedelta(minutes=15), "time"
        self.rows.add(Shipment(
            order=order, carrier="sf", tracking_no=f"SF{order.pk:013}",
            shipped_at=order.shipped_at,
        ))  # fmt: skip
        if fate == "asked":
            for state in ("rejected", "requested"):
                self.rows.add(RefundRequest(order=order, amount=1, reason="other", state=state))

    def pay(self, order: OrderInfo, refunded: Decimal) -> None:
        payment = Payment(
            pk=order.pk, order=order, trade_no=order.trade_no, amount=order.order_mount,
            refunded=refunded, paid_at=order.pay_time, state=Payment.State.APPLIED,
        )  # fmt: skip
        self.rows.add(payment)
        if refunded:
            self.rows.add(Refund(
                payment=payment, out_request_no=f"R{order.order_sn}", amount=refunded,
                reason="r", state=Refund.State.DONE, done_at=order.pay_time,
            ))  # fmt: skip
        for verdict in (PaymentNotice.Verdict.PAID, PaymentNotice.Verdict.REPEAT):
            self.rows.add(PaymentNotice(
                source=PaymentNotice.Source.NOTIFY, raw="a notice " * 100, verdict=verdict,
                order=order, notify_id=f"{verdict}{order.pk}", out_trade_no=order.order_sn,
                trade_no=order.trade_no, trade_status="TRADE_SUCCESS",
            ))  # fmt: skip

    def cart(self, buyer: UserProfile) -> None:
        goods = self.chance.choice(self.goods)
        self.rows.add(CartLine(
            user=buyer, goods=goods, nums=2, held_until=self.now + timedelta(minutes=30)
        ))  # fmt: skip
        self.move(goods, -2, Reason.HOLD, cart_reference(buyer.pk))

    def settle(self) -> None:
        """Put on the shelf what was taken from it, and count what was sold."""
        for goods in self.goods:
            if self.moved[goods.pk]:
                self.move(goods, 1 - self.moved[goods.pk], Reason.ADJUST, "delivery")
            goods.goods_num += self.moved[goods.pk]
            goods.sold_num += self.sold[goods.pk]
        self.rows.insert()
        Goods.objects.bulk_update(self.goods, ["goods_num", "sold_num"], batch_size=500)


def main() -> None:
    number = int(sys.argv[1])
    names = [f"1{n:010}" for n in range(1, number // ORDERS_PER_BUYER + 2)]
    users = [UserProfile(username=name, password="!") for name in names]
    UserProfile.objects.bulk_create(users, batch_size=500)
    buyers = list(UserProfile.objects.filter(username__in=names).only("pk").order_by("pk"))
    ShoppingCart.objects.bulk_create([ShoppingCart(user=buyer) for buyer in buyers])
    grower = Grower(number)
    for done in range(number):
        grower.order(done, buyers[done // ORDERS_PER_BUYER if done % REGULAR else 0])
        if done % BATCH == BATCH - 1:
            grower.rows.insert()
    for buyer in buyers[::CART_OF]:
        grower.cart(buyer)
    grower.settle()
    kinds = (Goods, OrderInfo, OrderGoods, StockMovement, Payment, PaymentNotice, Refund, CartLine)
    print(", ".join(
        f"{kind._default_manager.count():,} {kind._meta.model_name}" for kind in kinds
    ))  # fmt: skip


if __name__ == "__main__":
    main()
