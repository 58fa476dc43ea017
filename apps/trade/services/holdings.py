"""How much one buyer holds, in the cart and in unpaid orders together; docs/stock.md.

The clock counts, not the sweep: a cart line or an order whose time is over holds nothing here,
though its pieces are out of stock until a sweep gives them back. Read it under the lock of the
buyer's cart: whatever adds to what a buyer holds has that lock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utils.api.errors import DomainError
from utils.db.written_once import Given, Read

from ..models import CartLine, OrderGoods
from ..order_status import UNPAID


def _unpaid() -> QuerySet[OrderGoods, tuple[int, datetime, int, int]]:
    lines = OrderGoods.objects.filter(
        order__user_id=Given("user_id"), order__pay_status__in=UNPAID
    ).order_by()
    return lines.values_list("order_id", "order__expires_at", "goods_id", "goods_num")


_UNPAID = Read(_unpaid)


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

    An end in the past is that of a hold that no sweep has released yet. ``orders`` are the unpaid
    ones by their id, each with its pieces.
    """

    in_cart: Mapping[int, int]
    orders: Mapping[int, Mapping[int, int]]
    ends: Mapping[int, datetime] = field(default_factory=dict)

    @cached_property
    def in_orders(self) -> Mapping[int, int]:
        """Pieces of all unpaid orders by goods id."""
        return sum((Counter(pieces) for pieces in self.orders.values()), Counter())

    @property
    def total(self) -> int:
        return sum(self.in_cart.values()) + sum(self.in_orders.values())


def holdings_of(*, user_id: int, lines: Iterable[CartLine], now: datetime) -> Holdings:
    """Return what a buyer holds, ``lines`` being all of the cart: one query."""
    in_cart: Counter[int] = Counter()
    orders: dict[int, dict[int, int]] = {}
    ends: dict[int, datetime] = {}
    for line in lines:
        if line.held_until is not None:
            ends[line.goods_id] = line.held_until
            if now < line.held_until:
                in_cart[line.goods_id] += line.nums
    for order_id, expires_at, goods_id, nums in _UNPAID(user_id=user_id):
        ends[goods_id] = max(ends.get(goods_id, expires_at), expires_at)
        if now < expires_at:
            orders.setdefault(order_id, {})[goods_id] = nums
    return Holdings(in_cart=in_cart, orders=orders, ends=ends)


def check_pieces(
    holdings: Holdings,
    pieces: Mapping[int, int],
    *,
    in_cart: Mapping[int, int] = MappingProxyType({}),
    field: str = "nums",
) -> None:
    """Raise TooManyPiecesError if ``pieces`` (goods id -> how many) and the orders' are too many.

    ``in_cart`` are those that the cart holds beside ``pieces``; ``field`` is that of the refusal.
    """
    limit = settings.CART_MAX_NUMS
    for goods_id, nums in sorted(pieces.items()):
        ordered, in_lines = holdings.in_orders.get(goods_id, 0), in_cart.get(goods_id, 0)
        if nums + ordered + in_lines <= limit:
            continue
        text = _("At most %(limit)d pieces of one kind.")
        if in_lines:
            text = _(
                "At most %(limit)d pieces of one kind; the cart has %(in_cart)d, unpaid orders "
                "have %(ordered)d."
            )
        elif ordered:
            text = _("At most %(limit)d pieces of one kind; unpaid orders have %(ordered)d.")
        numbers = {"limit": limit, "ordered": ordered, "in_cart": in_lines}
        raise TooManyPiecesError(text % numbers, field=field)


def check_total(total: int) -> None:
    """Raise TooMuchHeldError if a buyer may not hold ``total`` pieces at once."""
    limit = settings.HOLD_MAX_PIECES
    if total > limit:
        text = _("At most %(limit)d pieces at once in cart and unpaid orders.")
        raise TooMuchHeldError(text % {"limit": limit})


def check_unpaid_orders(holdings: Holdings) -> None:
    """Raise TooManyUnpaidOrdersError if the buyer may not make another order."""
    limit, count = settings.ORDER_MAX_UNPAID, len(holdings.orders)
    if count >= limit:
        text = ngettext(
            "You have %(count)d unpaid order: pay or cancel it first.",
            "You have %(count)d unpaid orders: pay or cancel one of them first.",
            count,
        )
        raise TooManyUnpaidOrdersError(text % {"count": count})
