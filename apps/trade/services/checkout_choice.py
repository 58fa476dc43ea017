"""What a buyer orders: the whole cart, some of its lines, or goods beside the cart."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError

from ..models import CartLine


class CartEmptyError(DomainError):
    """There is nothing in the cart; nothing was changed."""

    field = "non_field_errors"
    message: Any = _("The cart is empty.")


class NotInTheCartError(DomainError):
    """Some of the chosen goods are not in the cart; nothing was changed."""

    field = "goods"

    def __init__(self, goods_ids: Iterable[int]) -> None:
        missing = ", ".join(map(str, goods_ids))
        super().__init__(gettext("Not in the cart: %(goods)s.") % {"goods": missing})


class GoodsGoneError(DomainError):
    """The goods to be bought now do not exist, or are off the shelf; nothing was changed."""

    field = "buy_now"
    message: Any = _("There is no such object.")


class BuyNow(NamedTuple):
    """``nums`` pieces (at least 1) of goods, which do not go through the cart."""

    goods_id: int
    nums: int


class Choice(NamedTuple):
    """At most one of the two is given; without either it is the whole cart."""

    goods_ids: Sequence[int] | None = None
    buy_now: BuyNow | None = None


WHOLE_CART = Choice()


class WantedLine(NamedTuple):
    """A line of an order to be. ``is_held``: its pieces are out of stock for the buyer."""

    goods_id: int
    nums: int
    is_held: bool
    line_id: int | None  # that of the cart; None: it does not come from there


def choice_check(choice: Choice, cart: Sequence[CartLine]) -> None:
    """Raise CartEmptyError or NotInTheCartError if a cart of these lines lacks what is chosen."""
    if choice.buy_now is not None:
        return
    if choice.goods_ids is not None:
        in_cart = {line.goods_id for line in cart}
        if missing := [pk for pk in choice.goods_ids if pk not in in_cart]:
            raise NotInTheCartError(missing)
    elif not cart:
        raise CartEmptyError


def wanted_lines(choice: Choice, cart: Sequence[CartLine]) -> list[WantedLine]:
    """Return what is chosen and there, by goods id; ``cart`` are all lines of the cart."""
    if choice.buy_now is not None:
        return [WantedLine(*choice.buy_now, is_held=False, line_id=None)]
    chosen = None if choice.goods_ids is None else set(choice.goods_ids)
    return [
        WantedLine(line.goods_id, line.nums, line.held_until is not None, line.pk)
        for line in sorted(cart, key=lambda line: line.goods_id)
        if chosen is None or line.goods_id in chosen
    ]
