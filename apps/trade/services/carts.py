"""What a buyer does to the cart. What a line holds is out of stock for as long as the hold lasts.

Each write locks the buyer's cart first (cart_locks.py). How much a buyer may hold is in
holdings.py, for how long in hold_windows.py; the end of a hold is in lapsed_holds.py.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound

from apps.goods.models import Goods, StockMovement
from apps.goods.services.stock import OutOfStockError, Shortage, stock_return, stock_take
from apps.users.services.locks import account_open_now
from utils.api.errors import DomainError
from utils.db import clock
from utils.db.locks import check_changed
from utils.db.transactions import atomic_retry_on_deadlock
from utils.db.written_inserts import Insert
from utils.db.written_once import Given, Read

from ..models import CartLine
from .cart_locks import NoCartError, cart_lock, cart_reference, with_cart
from .hold_windows import (
    cart_hold_end,
    window_spend,
    windows_note,
    windows_open,
    windows_read,
    windows_release,
)
from .holdings import check_pieces, check_total, holdings_of
from .lapsed_holds import retry_after_releasing_holds

Reason = StockMovement.Reason
_LINE = Insert(CartLine)
_LINES = Read(lambda: CartLine.objects.filter(user_id=Given("user_id")))
_GOODS_TO_TAKE = Read(
    lambda: Goods.objects.only("name", "goods_num").filter(pk=Given("goods_id"), is_on_sale=True)
)


class NotInCartError(DomainError):
    """The goods are not in the buyer's cart; nothing was changed."""

    status = 404
    message: Any = NotFound.default_detail


class NotOnSaleError(DomainError):
    """The goods are off the shelf; nothing was changed."""

    field = "goods"
    message: Any = _("These goods are not on sale any more.")


class GoodsUnknownError(DomainError):
    """There are no such goods on the shelf, and none in the cart; nothing was changed."""

    field = "goods"
    message: Any = _("There is no such object.")


class TooManyLinesError(DomainError):
    """The cart would have more than CART_MAX_LINES lines; nothing was changed."""

    field = "non_field_errors"

    def __init__(self) -> None:
        text = gettext("At most %(limit)d kinds of goods in a cart.")
        super().__init__(text % {"limit": settings.CART_MAX_LINES})


def cart_add(*, user_id: int, goods_id: int, nums: int) -> CartLine:
    """Put ``nums`` (at least 1) more pieces of goods into a buyer's cart; return the line.

    The line holds all its pieces for CART_HOLD_MINUTES from now, those of a hold that had
    lapsed too, or for as long as the buyer's hold window allows; beyond it the line holds
    nothing. Raises GoodsUnknownError, NotOnSaleError, OutOfStockError, TooManyLinesError, and
    what holdings.py refuses: TooManyPiecesError, TooMuchHeldError; AccountClosedError.
    """
    return with_cart(
        user_id,
        lambda: retry_after_releasing_holds(
            lambda: _line_set(user_id=user_id, goods_id=goods_id, more=nums)
        ),
    )


def cart_set(*, user_id: int, goods_id: int, nums: int) -> CartLine:
    """Change a line to ``nums`` (at least 1) pieces, held as by cart_add().

    Raises NotInCartError; and as cart_add().
    """
    return retry_after_releasing_holds(
        lambda: _line_set(user_id=user_id, goods_id=goods_id, total=nums)
    )


@atomic_retry_on_deadlock
def cart_remove(*, user_id: int, goods_id: int) -> None:
    """Take a line out of the cart; what it held can be bought again.

    Raises NotInCartError.
    """
    cart_lock(user_id)
    line = CartLine.objects.filter(user_id=user_id, goods_id=goods_id).first()
    if line is None:
        raise NotInCartError
    if line.held_until is not None:
        stock_return(
            pieces={goods_id: line.nums}, reason=Reason.RELEASE, reference=cart_reference(user_id)
        )
        end = min(line.held_until, clock.database_now())
        windows_release(user_id=user_id, ends={goods_id: end})
    deleted, _per_model = CartLine.objects.filter(pk=line.pk).delete()
    check_changed(deleted, 1)


@atomic_retry_on_deadlock
def hold_release(*, user_id: int, goods_id: int) -> bool:
    """Give back what a cart holds of goods, before its time, because staff said so.

    The line stays, as it does when a hold lapses: its buyer may order it while there is
    stock, and may hold it again after a pause. Returns whether anything was held.
    """
    cart_lock(user_id)
    line = CartLine.objects.filter(user_id=user_id, goods_id=goods_id).first()
    if line is None or line.held_until is None:
        return False
    stock_return(
        pieces={goods_id: line.nums}, reason=Reason.RELEASE, reference=cart_reference(user_id)
    )
    check_changed(CartLine.objects.filter(pk=line.pk).update(held_until=None), 1)
    window_spend(user_id=user_id, goods_id=goods_id, pieces=line.nums, now=clock.database_now())
    return True


@atomic_retry_on_deadlock
def _line_set(*, user_id: int, goods_id: int, more: int = 0, total: int | None = None) -> CartLine:
    """Bring a line to ``total`` pieces, or to ``more`` than it has, and hold them all if it may.

    The line is written after the goods row is locked: an INSERT would share that row's lock
    (the foreign key) and want it alone later, and two of those wait for each other.
    """
    if not cart_lock(user_id) and total is None:
        raise NoCartError
    now = account_open_now(user_id=user_id)
    lines = {line.goods_id: line for line in _LINES(user_id=user_id)}
    line = lines.get(goods_id)
    if line is None and total is not None:
        raise NotInCartError
    if line is None and len(lines) >= settings.CART_MAX_LINES:
        # A checkout locks the goods of all lines: it must not stop the whole shop.
        raise TooManyLinesError
    has = line.nums if line else 0
    taken = has if line and line.held_until else 0
    wants = has + more if total is None else total

    holdings = holdings_of(user_id=user_id, lines=lines.values(), now=now)
    known = windows_read(user_id=user_id, goods_ids=[goods_id])
    opened = windows_open(known, ends=holdings.ends, now=now)
    held_until = cart_hold_end(opened.get(goods_id), now=now)
    is_enough = True
    if wants > taken:
        goods = _goods_to_take(goods_id, lacks=wants - taken, is_held=held_until is not None)
        if goods is None:
            raise NotOnSaleError if line else GoodsUnknownError
        # Of 5000 pieces where there are 5, the buyer wants to hear of the 5.
        if is_enough := goods.goods_num >= wants - taken:
            check_pieces(holdings, {goods_id: wants})
    total_then = holdings.total - holdings.in_cart.get(goods_id, 0) + wants
    if is_enough and held_until is not None and total_then > holdings.total:
        if wants > has:
            check_total(total_then)
        elif total_then > settings.HOLD_MAX_PIECES:
            held_until = None  # a lapsed line that does not grow: it stays, and holds nothing

    keeps = wants if held_until is not None else 0
    reference = cart_reference(user_id)
    if keeps > taken:
        stock_take(pieces={goods_id: keeps - taken}, reference=reference, field="nums")
    elif keeps < taken:
        reason = Reason.RELEASE if keeps else Reason.LAPSE
        stock_return(pieces={goods_id: taken - keeps}, reason=reason, reference=reference)
    ended = min(line.held_until, now) if line and line.held_until else now
    line = _line_write(line, user_id, goods_id, wants, held_until)
    if keeps:
        windows_note(
            user_id=user_id, pieces={goods_id: keeps + holdings.in_orders.get(goods_id, 0)},
            known=known, opened=opened, now=now, is_order=False,
        )  # fmt: skip
    elif taken:
        windows_release(user_id=user_id, ends={goods_id: ended})
    return line


def _goods_to_take(goods_id: int, *, lacks: int, is_held: bool) -> Goods | None:
    """Return goods of which a line is to have ``lacks`` more pieces; None: not on the shelf.

    Raises OutOfStockError of a line that will hold nothing; of the others stock_take() does.
    """
    goods = _GOODS_TO_TAKE.first(goods_id=goods_id)
    if goods is not None and not is_held and goods.goods_num < lacks:
        shortage = Shortage(goods.pk, goods.name, lacks, goods.goods_num)
        raise OutOfStockError([shortage], field="nums")
    return goods


def _line_write(
    line: CartLine | None, user_id: int, goods_id: int, nums: int, held_until: datetime | None
) -> CartLine:
    if line is None:
        return _LINE.one(
            CartLine(user_id=user_id, goods_id=goods_id, nums=nums, held_until=held_until)
        )
    row = CartLine.objects.filter(pk=line.pk)
    check_changed(row.update(nums=nums, held_until=held_until), 1)
    line.nums, line.held_until = nums, held_until
    return line
