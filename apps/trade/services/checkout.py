"""From a cart to an order: one transaction, all of it or nothing."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.goods.services.stock import OutOfStockError, Shortage, stock_take
from apps.users.services.locks import account_check_open
from utils.api.errors import DomainError
from utils.db import clock
from utils.db.locks import check_changed
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import CartLine, OrderGoods, OrderInfo
from .carts import cart_lock, cart_reference
from .hold_windows import order_end, windows_note, windows_open, windows_read
from .holdings import Holdings, check_pieces, check_total, check_unpaid_orders, holdings_of
from .quote import QuoteLine, quote

# What Alipay takes for one trade, in yuan.
SMALLEST_TOTAL, LARGEST_TOTAL = Decimal("0.01"), Decimal("99999999.99")

ORDER_SN_TRIES = 5


class CartEmptyError(DomainError):
    """There is nothing in the cart; nothing was changed."""

    field = "non_field_errors"
    message: Any = _("The cart is empty.")


class TotalDiffersError(DomainError):
    """The buyer was shown another total than ``total`` (yuan); nothing was changed."""

    field = "order_mount"

    def __init__(self, total: Decimal) -> None:
        super().__init__(gettext("The total is %(total)s yuan now.") % {"total": total})


class TotalNotPayableError(DomainError):
    """Alipay does not take a payment of ``total`` (yuan); nothing was changed."""

    field = "non_field_errors"

    def __init__(self, total: Decimal) -> None:
        super().__init__(gettext("%(total)s yuan cannot be paid in one order.") % {"total": total})


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
    finds it empty. It waits ORDER_PAY_MINUTES for its money, or less where the buyer has kept
    the goods for long without paying.

    Raises CartEmptyError; OutOfStockError, naming all goods that ran out or left the shelf;
    TotalDiffersError; TotalNotPayableError; and what holdings.py and hold_windows.py refuse:
    TooManyUnpaidOrdersError, TooManyPiecesError, TooMuchHeldError, OrderedBeforeError;
    AccountClosedError.
    """
    now = clock.database_now()  # before rows are locked that others wait for
    cart_lock(user_id)
    account_check_open(user_id=user_id)
    lines = list(CartLine.objects.filter(user_id=user_id).order_by("goods_id"))
    if not lines:
        raise CartEmptyError
    pieces = {line.goods_id: line.nums for line in lines}
    holdings = holdings_of(user_id=user_id, lines=lines, now=now)
    _check_limits(holdings, pieces)
    goods = _goods_lock([line.goods_id for line in lines])
    _check_goods(lines, goods)
    priced = quote(lines, goods)
    _check_total(priced.total, shown_total)
    lapsed = {line.goods_id: line.nums for line in lines if line.held_until is None}
    if lapsed:
        stock_take(pieces=lapsed, reference=cart_reference(user_id))
    known = windows_read(user_id=user_id, goods_ids=pieces)
    opened = windows_open(known, ends=holdings.ends, now=now)
    names = {goods_id: row.name for goods_id, row in goods.items()}
    expires_at = order_end(opened, ends=holdings.ends, names=names, now=now)
    order = _order_insert(
        user_id=user_id, total=priced.total, destination=destination, now=now, expires_at=expires_at
    )
    OrderGoods.objects.bulk_create(_order_line(order, line) for line in priced.lines)
    deleted, _per_model = CartLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    check_changed(deleted, len(lines))
    held = {pk: nums + holdings.in_orders.get(pk, 0) for pk, nums in pieces.items()}
    windows_note(user_id=user_id, pieces=held, known=known, opened=opened, now=now, is_order=True)
    return order


def order_sn_make(now: datetime) -> str:
    """Return a new order number: 14 digits of local time and 8 random ones."""
    return f"{timezone.localtime(now):%Y%m%d%H%M%S}{secrets.randbelow(10**8):08}"


def _check_limits(holdings: Holdings, pieces: Mapping[int, int]) -> None:
    """Raise what holdings.py refuses, if a buyer may not order ``pieces`` as well."""
    check_unpaid_orders(holdings)
    check_pieces(holdings, pieces, field="non_field_errors")
    check_total(sum(pieces.values()) + sum(holdings.in_orders.values()))


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


def _check_total(total: Decimal, shown_total: Decimal | None) -> None:
    """Raise TotalDiffersError or TotalNotPayableError if an order cannot have this total."""
    if shown_total is not None and abs(shown_total - total) >= Decimal("0.01"):
        raise TotalDiffersError(total)
    if not SMALLEST_TOTAL <= total <= LARGEST_TOTAL:
        raise TotalNotPayableError(total)


def _order_insert(
    *, user_id: int, total: Decimal, destination: Destination, now: datetime, expires_at: datetime
) -> OrderInfo:
    for tries_left in reversed(range(ORDER_SN_TRIES)):
        try:
            with transaction.atomic():
                return OrderInfo.objects.create(
                    user_id=user_id,
                    order_sn=order_sn_make(now),
                    order_mount=total,
                    add_time=now,
                    expires_at=expires_at,
                    **destination._asdict(),
                )
        except IntegrityError:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _order_line(order: OrderInfo, line: QuoteLine) -> OrderGoods:
    return OrderGoods(
        order=order,
        goods=line.goods,
        goods_num=line.nums,
        name=line.goods.name,
        price=line.price,
        image=line.goods.goods_front_image.name,
        add_time=order.add_time,
    )
