"""From a cart to an order: one transaction, all of it or nothing."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.goods.models import Goods
from apps.goods.services.stock import OutOfStockError, Shortage, stock_take
from utils.db import clock
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import CartLine, OrderGoods, OrderInfo
from .carts import cart_lock, cart_reference

# What Alipay takes for one trade, in yuan.
SMALLEST_TOTAL, LARGEST_TOTAL = Decimal("0.01"), Decimal("99999999.99")

ORDER_SN_TRIES = 5


class CartEmptyError(Exception):
    """There is nothing in the cart; nothing was changed."""


class TotalDiffersError(Exception):
    """The buyer was shown another total than ``total`` (yuan); nothing was changed."""

    def __init__(self, total: Decimal) -> None:
        self.total = total
        super().__init__(str(total))


class TotalNotPayableError(Exception):
    """The gateway takes no such amount as ``total`` (yuan); nothing was changed."""

    def __init__(self, total: Decimal) -> None:
        self.total = total
        super().__init__(str(total))


class Destination(NamedTuple):
    """Where an order goes, and what the buyer wrote with it."""

    address: str
    signer_name: str
    singer_mobile: str
    post_script: str = ""


@atomic_retry_on_deadlock
def order_create(
    *, user_id: int, destination: Destination, shown_total: Decimal | None = None
) -> OrderInfo:
    """Make an order of all that is in the buyer's cart, and empty the cart; return it.

    Prices are today's; ``shown_total`` (yuan) is what the client showed the buyer, compared
    with their sum to less than a cent. Holds go over to the order; pieces whose hold had
    lapsed are taken again. Two checkouts of one cart come one after the other, and the second
    finds it empty.

    Raises CartEmptyError; OutOfStockError, naming all goods that ran out or left the shelf;
    TotalDiffersError; TotalNotPayableError.
    """
    cart_lock(user_id)
    lines = list(CartLine.objects.filter(user_id=user_id).order_by("goods_id"))
    if not lines:
        raise CartEmptyError
    goods = _goods_lock([line.goods_id for line in lines])
    _check_goods(lines, goods)
    total = sum((goods[line.goods_id].shop_price * line.nums for line in lines), Decimal(0))
    if shown_total is not None and abs(shown_total - total) >= Decimal("0.01"):
        raise TotalDiffersError(total)
    if not SMALLEST_TOTAL <= total <= LARGEST_TOTAL:
        raise TotalNotPayableError(total)
    lapsed = {line.goods_id: line.nums for line in lines if line.held_until is None}
    if lapsed:
        stock_take(pieces=lapsed, reference=cart_reference(user_id))
    order = _order_insert(user_id=user_id, total=total, destination=destination)
    OrderGoods.objects.bulk_create(_order_line(order, line, goods[line.goods_id]) for line in lines)
    CartLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    return order


def order_sn_make(now: datetime) -> str:
    """Return a new order number: 14 digits of local time and 8 random ones."""
    return f"{timezone.localtime(now):%Y%m%d%H%M%S}{secrets.randbelow(10**8):08}"


def _goods_lock(goods_ids: Sequence[int]) -> dict[int, Goods]:
    """Lock and read goods, in the order of their keys, as every writer of stock does.

    All of them, though only lapsed lines take stock now: order lines share a lock on their
    goods (the foreign key), and that must not come in another order either. It also keeps
    prices as they are until the order is written.
    """
    goods = Goods.objects.filter(pk__in=goods_ids).order_by("pk").select_for_update()
    columns = goods.only("name", "shop_price", "goods_front_image", "goods_num", "is_on_sale")
    return {row.pk: row for row in columns}


def _check_goods(lines: Sequence[CartLine], goods: dict[int, Goods]) -> None:
    """Raise OutOfStockError with every line that cannot be had; off the shelf, none is left."""
    shortages = []
    for line in lines:
        row = goods[line.goods_id]
        left = row.goods_num + (line.nums if line.held_until else 0)
        available = left if row.is_on_sale else 0
        if available < line.nums:
            shortages.append(Shortage(row.pk, row.name, line.nums, available))
    if shortages:
        raise OutOfStockError(shortages)


def _order_insert(*, user_id: int, total: Decimal, destination: Destination) -> OrderInfo:
    now = clock.database_now()
    for tries_left in reversed(range(ORDER_SN_TRIES)):
        try:
            with transaction.atomic():
                return OrderInfo.objects.create(
                    user_id=user_id,
                    order_sn=order_sn_make(now),
                    order_mount=total,
                    add_time=now,
                    expires_at=now + timedelta(minutes=settings.ORDER_PAY_MINUTES),
                    **destination._asdict(),
                )
        except IntegrityError:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _order_line(order: OrderInfo, line: CartLine, goods: Goods) -> OrderGoods:
    return OrderGoods(
        order=order,
        goods=goods,
        goods_num=line.nums,
        name=goods.name,
        price=goods.shop_price,
        image=goods.goods_front_image.name,
        add_time=order.add_time,
    )
