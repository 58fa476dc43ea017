"""A buyer's ShoppingCart row: who writes to a cart locks it first.

The lock is held until the transaction ends, and is taken before any goods row: so that two
requests of one buyer come one after the other, and those of several buyers never wait for each
other in a circle.
"""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError
from django.db.models import F

from utils.db.locks import row_lock
from utils.db.transactions import retry_on_deadlock
from utils.db.written_once import Given, Update

from ..models import ShoppingCart

T = TypeVar("T")

# What the stock ledger calls a cart, before its buyer's key.
CART_PREFIX = "cart:"

_LOCK = Update(lambda: ShoppingCart.objects.filter(pk=Given("user_id")), version=F("version") + 1)


class NoCartError(Exception):
    """The buyer has no row to lock yet; nothing was changed."""


def with_cart(user_id: int, write: Callable[[], T]) -> T:
    """Return ``write()``, one transaction; if it raises NoCartError, make the cart and repeat."""
    try:
        return write()
    except NoCartError:
        cart_make(user_id)
    return write()


@retry_on_deadlock
def cart_make(user_id: int) -> None:
    """See to it that the buyer has a row to lock. One statement, which commits by itself."""
    try:
        ShoppingCart(user_id=user_id).save(force_insert=True)
    except IntegrityError:  # another request of this buyer made it in between
        if not ShoppingCart.objects.filter(pk=user_id).exists():
            raise


def cart_lock(user_id: int, *, skip_locked: bool = False) -> bool:
    """Lock the buyer's cart until the transaction ends; return whether there is one.

    With ``skip_locked`` as row_lock().
    """
    if skip_locked:
        return row_lock(ShoppingCart.objects.filter(pk=user_id), skip_locked=True)
    return bool(_LOCK(user_id=user_id))


def cart_reference(user_id: int) -> str:
    """Return what the stock ledger calls a buyer's cart."""
    return f"{CART_PREFIX}{user_id}"
