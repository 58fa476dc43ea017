"""The end of holds: what a cart held longer than it may can be bought by others again.

A sweep releases all of them. A request that finds too little stock releases those of the goods that
it lacks, and tries again.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from apps.goods.models import StockMovement
from apps.goods.services.stock import OutOfStockError, stock_return
from utils.db import clock
from utils.db.deadline import Deadline
from utils.db.failures import collect_errors
from utils.db.locks import check_changed
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import CartLine
from ..models.carts import CartLineQuerySet
from .cart_locks import cart_lock, cart_reference
from .hold_windows import windows_release

T = TypeVar("T")

# Carts that a sweep of lapsed holds reads in one go.
USERS_AT_ONCE = 100


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
    deadline = Deadline(seconds)
    lapsed = CartLine.objects.lapsed(now)
    if goods_id is not None:
        lapsed = lapsed.filter(goods_id=goods_id)
    released = 0
    with collect_errors() as collecting:
        for user_id in _users_with_lapsed_lines(lapsed):
            if deadline.is_over:
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


def holds_release_for(error: Exception) -> bool:
    """Release lapsed holds of what ran out; return whether another try may succeed.

    Between two sweeps, pieces whose hold has lapsed must not be missing for sale. Does nothing
    for any other ``error`` than OutOfStockError. Call it with no transaction open: it locks
    other carts, which comes before the goods that a transaction has locked by then.
    """
    if not isinstance(error, OutOfStockError):
        return False
    released = [holds_release_lapsed(goods_id=row.goods_id) for row in error.shortages]
    # ``shortages`` is empty if stock returned between the UPDATE and the query that lists them.
    return any(released) or not error.shortages


def retry_after_releasing_holds(write: Callable[[], T]) -> T:
    """Return ``write()``, one transaction; run it again if holds_release_for() says so."""
    try:
        return write()
    except OutOfStockError as error:
        if not holds_release_for(error):
            raise
    return write()


@atomic_retry_on_deadlock
def _cart_release_lapsed(user_id: int, now: datetime) -> int:
    if not cart_lock(user_id, skip_locked=True):
        return 0
    lines = list(CartLine.objects.filter(user_id=user_id).lapsed(now))
    stock_return(
        pieces={line.goods_id: line.nums for line in lines},
        reason=StockMovement.Reason.LAPSE,
        reference=cart_reference(user_id),
    )
    released = CartLine.objects.filter(pk__in=[line.pk for line in lines]).update(held_until=None)
    check_changed(released, len(lines))
    ends = {line.goods_id: line.held_until for line in lines if line.held_until is not None}
    windows_release(user_id=user_id, ends=ends)
    return released
