"""Every write to a cart. What a line holds is out of stock for as long as the hold lasts.

Whoever writes to a cart holds the buyer's ShoppingCart row until the transaction ends, and
takes it before any goods row: so that two requests of one buyer come one after the other,
and those of several buyers never wait for each other in a circle.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from apps.goods.models import Goods, StockMovement
from apps.goods.services.stock import OutOfStockError, stock_return, stock_take
from utils.db import clock
from utils.db.failures import collect_errors
from utils.db.transactions import atomic_retry_on_deadlock, retry_on_deadlock

from ..models import CartLine, ShoppingCart
from ..querysets import CartLineQuerySet

T = TypeVar("T")

Reason = StockMovement.Reason

# What the stock ledger calls a cart, before its buyer's key.
CART_PREFIX = "cart:"

# Carts that a sweep of lapsed holds reads in one go.
USERS_AT_ONCE = 100


class NotOnSaleError(Exception):
    """The goods are off the shelf; nothing was changed."""


class TooManyPiecesError(Exception):
    """The line would have more than CART_MAX_NUMS pieces; nothing was changed."""


class TooManyLinesError(Exception):
    """The cart would have more than CART_MAX_LINES lines; nothing was changed."""


def cart_add(*, user_id: int, goods_id: int, nums: int) -> CartLine:
    """Put ``nums`` (at least 1) more pieces of goods into a buyer's cart; return the line.

    The line holds all its pieces for CART_HOLD_MINUTES from now, those of a hold that had
    lapsed too. Raises NotOnSaleError, OutOfStockError, TooManyPiecesError, TooManyLinesError.
    """
    _cart_make(user_id)
    return retry_after_releasing_holds(
        lambda: _line_set(user_id=user_id, goods_id=goods_id, more=nums)
    )


def cart_set(*, user_id: int, goods_id: int, nums: int) -> CartLine:
    """Change a line to ``nums`` (at least 1) pieces, held for CART_HOLD_MINUTES from now.

    Raises CartLine.DoesNotExist when the goods are not in the cart; and as cart_add().
    """
    return retry_after_releasing_holds(
        lambda: _line_set(user_id=user_id, goods_id=goods_id, total=nums)
    )


@atomic_retry_on_deadlock
def cart_remove(*, user_id: int, goods_id: int) -> None:
    """Take a line out of the cart; what it held can be bought again.

    Raises CartLine.DoesNotExist when the goods are not in the cart.
    """
    cart_lock(user_id)
    line = CartLine.objects.get(user_id=user_id, goods_id=goods_id)
    if line.held_until is not None:
        stock_return(
            pieces={goods_id: line.nums}, reason=Reason.RELEASE, reference=cart_reference(user_id)
        )
    line.delete()


@atomic_retry_on_deadlock
def hold_release(*, user_id: int, goods_id: int) -> bool:
    """Give back what a cart holds of goods, before its time, because staff said so.

    The line stays, as it does when a hold lapses: its buyer may order it while there is
    stock. Returns whether anything was held.
    """
    cart_lock(user_id)
    line = CartLine.objects.filter(user_id=user_id, goods_id=goods_id).first()
    if line is None or line.held_until is None:
        return False
    stock_return(
        pieces={goods_id: line.nums}, reason=Reason.RELEASE, reference=cart_reference(user_id)
    )
    line.held_until = None
    line.save(update_fields=["held_until"])
    return True


def holds_release_lapsed(
    *, now: datetime | None = None, goods_id: int | None = None, seconds: float | None = None
) -> int:
    """Give back what carts hold longer than they may; return how many lines lapsed.

    The lines stay, without a hold. One transaction per cart; a cart that somebody is just
    writing to is left for the next time, so that any number of these may run at once. ``now``
    is the database's time by default; after ``seconds`` no other cart is begun. Raises
    ExceptionGroup, having released the others, when something is wrong with one.
    """
    now = now or clock.database_now()
    end = None if seconds is None else time.monotonic() + seconds
    lapsed = CartLine.objects.lapsed(now)
    if goods_id is not None:
        lapsed = lapsed.filter(goods_id=goods_id)
    released = 0
    with collect_errors() as collecting:
        for user_id in _users_with_lapsed_lines(lapsed):
            if end is not None and time.monotonic() >= end:
                break
            with collecting():
                released += _cart_release_lapsed(user_id, now)
    return released


def _users_with_lapsed_lines(lapsed: CartLineQuerySet) -> Iterator[int]:
    """Give the buyers by id, read some at a time: what another run has done is not read again."""
    users = lapsed.order_by("user_id").values_list("user_id", flat=True).distinct()
    last = 0
    while user_ids := list(users.filter(user_id__gt=last)[:USERS_AT_ONCE]):
        yield from user_ids
        last = user_ids[-1]
        if len(user_ids) < USERS_AT_ONCE:
            return


def retry_after_releasing_holds(act: Callable[[], T]) -> T:
    """Do ``act``, a transaction; when stock is too low, again after lapsed holds are released.

    Between two sweeps, what others only seem to hold must not be missing for sale. Call it
    outside of any transaction: other carts are locked, and goods are not to be by then.
    """
    try:
        return act()
    except OutOfStockError as error:
        released = [holds_release_lapsed(goods_id=row.goods_id) for row in error.shortages]
        # There are no shortages when stock came back before it was asked of what.
        if error.shortages and not any(released):
            raise
        return act()


def cart_lock(user_id: int, *, skip_locked: bool = False) -> bool:
    """Lock the buyer's cart until the transaction ends; return whether there is one.

    With ``skip_locked``, also False when another transaction has it (where the database can
    tell; else it waits).
    """
    skip_locked = skip_locked and _can_skip_locked()
    carts = ShoppingCart.objects.select_for_update(skip_locked=skip_locked)
    return bool(carts.filter(pk=user_id).values_list("pk"))


def cart_reference(user_id: int) -> str:
    """Return what the stock ledger calls a buyer's cart."""
    return f"{CART_PREFIX}{user_id}"


@retry_on_deadlock
def _cart_make(user_id: int) -> None:
    """See to it that the buyer has a row to lock. It commits by itself."""
    ShoppingCart.objects.get_or_create(user_id=user_id)


@atomic_retry_on_deadlock
def _cart_release_lapsed(user_id: int, now: datetime) -> int:
    if not cart_lock(user_id, skip_locked=True):
        return 0
    lines = CartLine.objects.filter(user_id=user_id).lapsed(now)
    pieces = dict(lines.values_list("goods_id", "nums"))
    stock_return(pieces=pieces, reason=Reason.LAPSE, reference=cart_reference(user_id))
    return lines.update(held_until=None)


@atomic_retry_on_deadlock
def _line_set(*, user_id: int, goods_id: int, more: int = 0, total: int | None = None) -> CartLine:
    """Bring a line to ``total`` pieces, or to ``more`` than it has, and hold them all.

    The line is written after the goods row is locked: an INSERT would share that row's lock
    (the foreign key) and want it alone later, and two of those wait for each other.
    """
    now = clock.database_now()  # before rows are locked that others wait for
    cart_lock(user_id)
    line = CartLine.objects.filter(user_id=user_id, goods_id=goods_id).first()
    if line is None and total is not None:
        raise CartLine.DoesNotExist
    if line is None:
        _check_room(user_id)
    has = line.nums if line else 0
    wants = has + more if total is None else total
    holds = has if line and line.held_until else 0
    reference = cart_reference(user_id)
    if wants > holds:
        _check_growth(goods_id, wants=wants, lacks=wants - holds)
        stock_take(pieces={goods_id: wants - holds}, reference=reference)
    elif wants < holds:
        stock_return(pieces={goods_id: holds - wants}, reason=Reason.RELEASE, reference=reference)
    held_until = now + timedelta(minutes=settings.CART_HOLD_MINUTES)
    if line is None:
        return CartLine.objects.create(
            user_id=user_id, goods_id=goods_id, nums=wants, held_until=held_until
        )
    line.nums, line.held_until = wants, held_until
    line.save(update_fields=["nums", "held_until"])
    return line


def _check_room(user_id: int) -> None:
    """Raise TooManyLinesError if the (locked) cart may not have another line.

    A checkout locks the goods of all lines: it must not stop the whole shop.
    """
    if CartLine.objects.filter(user_id=user_id).count() >= settings.CART_MAX_LINES:
        raise TooManyLinesError


def _check_growth(goods_id: int, *, wants: int, lacks: int) -> None:
    """Raise NotOnSaleError, OutOfStockError or TooManyPiecesError if the line may not grow."""
    goods = Goods.objects.filter(pk=goods_id, is_on_sale=True)
    available = goods.values_list("goods_num", flat=True).first()
    if available is None:
        raise NotOnSaleError
    # Of 5000 pieces where there are 5, the buyer wants to hear of the 5.
    if wants > settings.CART_MAX_NUMS and available >= lacks:
        raise TooManyPiecesError


def _can_skip_locked() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)
