"""What speaks against an order: asked by the checkout, which refuses, and by the preview."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.goods.services.stock import Shortage
from utils.api.errors import DomainError

from ..models import OrderInfo
from .checkout_choice import BuyNow, Choice, GoodsGoneError, WantedLine
from .destinations import Destination
from .holdings import Holdings, check_pieces, check_total, check_unpaid_orders

# What Alipay takes for one trade, in yuan.
SMALLEST_TOTAL, LARGEST_TOTAL = Decimal("0.01"), Decimal("99999999.99")

# A second click comes sooner than that; somebody who wants the same again, later.
SECOND_CLICK = timedelta(seconds=5)


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


class SameOrderError(DomainError):
    """The buyer ordered the very same a moment ago; nothing was changed."""

    field = "non_field_errors"
    message: Any = _("You have just ordered this: it waits among your unpaid orders.")


def held_in_cart(holdings: Holdings, wanted: Sequence[WantedLine]) -> dict[int, int]:
    """Return the pieces (by goods id) that the cart holds and that are not ordered with it."""
    leaving = {line.goods_id for line in wanted if line.line_id is not None}
    return {pk: nums for pk, nums in holdings.in_cart.items() if pk not in leaving}


def check_limits(holdings: Holdings, wanted: Sequence[WantedLine]) -> None:
    """Raise what holdings.py refuses, if a buyer may not order these lines as well."""
    check_unpaid_orders(holdings)
    check_line_pieces(holdings, wanted)
    check_pieces_together(holdings, wanted)


def check_line_pieces(holdings: Holdings, wanted: Sequence[WantedLine]) -> None:
    """Raise TooManyPiecesError if some line has more pieces than the buyer may hold."""
    pieces = {line.goods_id: line.nums for line in wanted}
    in_cart = held_in_cart(holdings, wanted)
    check_pieces(holdings, pieces, in_cart=in_cart, field="non_field_errors")


def check_pieces_together(holdings: Holdings, wanted: Sequence[WantedLine]) -> None:
    """Raise TooMuchHeldError if all lines have more pieces than the buyer may hold."""
    in_cart = sum(held_in_cart(holdings, wanted).values())
    in_orders = sum(holdings.in_orders.values())
    check_total(in_cart + in_orders + sum(line.nums for line in wanted))


def check_sold(choice: Choice, goods: Mapping[int, Goods]) -> None:
    """Raise GoodsGoneError if goods to be bought beside the cart are not in the shop.

    Off the shelf they have no page, either. ``goods`` are those that were found, by id.
    """
    if choice.buy_now is not None:
        row = goods.get(choice.buy_now.goods_id)
        if row is None or not row.is_on_sale:
            raise GoodsGoneError


def shortages(
    wanted: Sequence[WantedLine],
    goods: Mapping[int, Goods],
    over: Mapping[int, int] | None = None,
) -> list[Shortage]:
    """Return every line that cannot be had; off the shelf, none is left.

    ``goods`` has the goods of all lines by id; ``over`` the pieces (by goods id) of holds that are
    over, which a checkout would release.
    """
    found = []
    for line in wanted:
        row = goods[line.goods_id]
        left = row.goods_num + (line.nums if line.is_held else 0) + (over or {}).get(row.pk, 0)
        available = left if row.is_on_sale else 0
        if available < line.nums:
            found.append(Shortage(row.pk, row.name, line.nums, available))
    return found


def check_shown_total(total: Decimal, shown_total: Decimal | None) -> None:
    """Raise TotalDiffersError unless ``shown_total`` is the total to less than a cent, or None."""
    if shown_total is not None and abs(shown_total - total) >= Decimal("0.01"):
        raise TotalDiffersError(total)


def check_payable(total: Decimal) -> None:
    """Raise TotalNotPayableError if an order cannot have this total (yuan)."""
    if not SMALLEST_TOTAL <= total <= LARGEST_TOTAL:
        raise TotalNotPayableError(total)


def check_second_click(
    holdings: Holdings, buy_now: BuyNow, destination: Destination, now: datetime
) -> None:
    """Raise SameOrderError if the buyer ordered just this for the same address a moment ago.

    A cart is empty after the first click; what is bought beside the cart has no such guard. One
    query if an unpaid order has just these pieces, else none.
    """
    pieces = {buy_now.goods_id: buy_now.nums}
    same = [order_id for order_id, ordered in holdings.orders.items() if ordered == pieces]
    if (
        same
        and OrderInfo.objects.filter(
            pk__in=same,
            add_time__gt=now - SECOND_CLICK,
            address=destination.address,
            signer_name=destination.signer_name,
            singer_mobile=destination.singer_mobile,
            post_script=destination.post_script,
        ).exists()
    ):
        raise SameOrderError
