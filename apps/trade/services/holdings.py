"""How much one buyer holds, in the cart and in unpaid orders together; docs/stock.md.

The clock counts, not the sweep: a cart line or an order whose time is over holds nothing here,
though its pieces are out of stock until a sweep gives them back. Read it under the lock of the
buyer's cart: whatever adds to what a buyer holds has that lock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utils.api.errors import DomainError

from ..models import CartLine, OrderGoods
from ..order_status import UNPAID


class TooManyPiecesError(DomainError):
    """More than CART_MAX_NUMS pieces of one kind, in cart and unpaid orders together."""

    field = "nums"


class TooMuchHeldError(DomainError):
    """More than HOLD_MAX_PIECES pieces of all kinds, in cart and unpaid orders together."""

    field = "non_field_errors"


class TooManyUnpaidOrdersError(DomainError):
    """The buyer has ORDER_MAX_UNPAID unpaid orders: one is to be paid or cancelled first."""

    field = "non_field_errors"


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """Pieces by goods id. ``ends``: until when the latest hold of goods lasts, or lasted.

    An end in the past is that of a hold that no sweep has released yet.
    """

    in_cart: Mapping[int, int]
    in_orders: Mapping[int, int]
    unpaid_orders: int
    ends: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.in_cart.values()) + sum(self.in_orders.values())


def holdings_of(*, user_id: int, lines: Iterable[CartLine], now: datetime) -> Holdings:
    """Return what a buyer holds, ``lines`` being all of the cart: one query."""
    in_cart: Counter[int] = Counter()
    in_orders: Counter[int] = Counter()
    orders: set[int] = set()
    ends: dict[int, datetime] = {}
    for line in lines:
        if line.held_until is not None:
            ends[line.goods_id] = line.held_until
            if now < line.held_until:
                in_cart[line.goods_id] += line.nums
    unpaid = OrderGoods.objects.filter(order__user_id=user_id, order__pay_status__in=UNPAID)
    columns = ("order_id", "order__expires_at", "goods_id", "goods_num")
    for order_id, expires_at, goods_id, nums in unpaid.order_by().values_list(*columns):
        ends[goods_id] = max(ends.get(goods_id, expires_at), expires_at)
        if now < expires_at:
            orders.add(order_id)
            in_orders[goods_id] += nums
    return Holdings(in_cart=in_cart, in_orders=in_orders, unpaid_orders=len(orders), ends=ends)


def check_pieces(holdings: Holdings, pieces: Mapping[int, int], *, field: str = "nums") -> None:
    """Raise TooManyPiecesError if ``pieces`` (goods id -> how many) and the orders' are too many.

    ``field`` is that of the refusal.
    """
    limit = settings.CART_MAX_NUMS
    for goods_id, nums in sorted(pieces.items()):
        ordered = holdings.in_orders.get(goods_id, 0)
        if nums + ordered <= limit:
            continue
        text = _("At most %(limit)d pieces of one kind.")
        if ordered:
            text = _("At most %(limit)d pieces of one kind; unpaid orders have %(ordered)d.")
        raise TooManyPiecesError(text % {"limit": limit, "ordered": ordered}, field=field)


def check_total(total: int) -> None:
    """Raise TooMuchHeldError if a buyer may not hold ``total`` pieces at once."""
    limit = settings.HOLD_MAX_PIECES
    if total > limit:
        text = _("At most %(limit)d pieces at once in cart and unpaid orders.")
        raise TooMuchHeldError(text % {"limit": limit})


def check_unpaid_orders(holdings: Holdings) -> None:
    """Raise TooManyUnpaidOrdersError if the buyer may not make another order."""
    limit, count = settings.ORDER_MAX_UNPAID, holdings.unpaid_orders
    if count >= limit:
        text = ngettext(
            "You have %(count)d unpaid order: pay or cancel it first.",
            "You have %(count)d unpaid orders: pay or cancel one of them first.",
            count,
        )
        raise TooManyUnpaidOrdersError(text % {"count": count})
