"""What happens to an order beside payment and delivery: closed, hidden. No network here.

Whoever changes an order locks its row first, and takes goods rows after it, and hold windows
after these.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.goods.models import StockMovement
from apps.goods.services.stock import stock_return
from utils.api.errors import DomainError
from utils.db import clock
from utils.db.transactions import atomic_retry_on_deadlock
from utils.db.written_once import Given, Read, Update

from ..models import OrderGoods, OrderInfo
from ..order_status import Event, MoveRefusedError, next_status
from .hold_windows import windows_release

DESTINATION_FIELDS = ("address", "signer_name", "singer_mobile")

_LOCK = Update(lambda: OrderInfo.objects.filter(pk=Given("order_id")), version=F("version") + 1)
_ORDER = Read(lambda: OrderInfo.objects.filter(pk=Given("order_id")))
_PIECES = Read(
    lambda: (
        OrderGoods.objects.filter(order_id=Given("order_id"))
        .order_by("pk")
        .values_list("goods_id", "goods_num")
    )
)


class AddressFixedError(DomainError):
    """The order is shipped or closed: its address stays. Nothing was changed."""

    message: Any = _("The order is shipped or closed by now; nothing was changed.")


class OrderPaidError(DomainError):
    """The order is paid, and its buyer still needs it: it stays. Nothing was changed."""

    message: Any = _("The order is paid: it cannot be deleted before it was received.")


class CancelPaidError(OrderPaidError):
    """The order was paid: it is not cancelled any more. Nothing was changed."""

    message: Any = _("The order was paid: it cannot be cancelled any more.")


@atomic_retry_on_deadlock
def order_close(*, order_id: int, event: Event, reason: str = "") -> bool:
    """Close an unpaid order and give its stock back, once; return whether this call did.

    ``event`` says why: CANCEL, EXPIRE or STAFF_CLOSE; ``reason`` is what the buyer says of it, at
    most 200 characters. An order that is closed already stays as it is. Raises MoveRefusedError
    when it is paid. The gateway is to be asked before: see closing.py.
    """
    order = order_lock(order_id)
    if order.closed_by:
        return False
    order.pay_status = next_status(order.pay_status, event)
    order.closed_by, order.cancel_reason = event, reason
    order.holds_stock = False
    order.save(update_fields=["pay_status", "closed_by", "cancel_reason", "holds_stock"])
    pieces = order_pieces(order.pk)
    stock_return(pieces=pieces, reason=StockMovement.Reason.CLOSE, reference=order.order_sn)
    end = min(order.expires_at, clock.database_now())
    windows_release(user_id=order.user_id, ends=dict.fromkeys(pieces, end))
    return True


@atomic_retry_on_deadlock
def order_at_cashier(*, order_id: int) -> bool:
    """Note that the buyer has opened Alipay's cashier; return whether it was new."""
    order = order_lock(order_id)
    try:
        order.pay_status = next_status(order.pay_status, Event.CASHIER)
    except MoveRefusedError:
        return False
    order.save(update_fields=["pay_status"])
    return True


@atomic_retry_on_deadlock
def order_hide(*, order_id: int) -> None:
    """Hide an order that is over from its buyer: closed, finished or received.

    Raises OrderPaidError for others.
    """
    order = order_lock(order_id)
    if not order.is_over:
        raise OrderPaidError
    order.is_hidden = True
    order.save(update_fields=["is_hidden"])


@atomic_retry_on_deadlock
def order_change_address(*, order_id: int, fields: Mapping[str, str]) -> None:
    """Correct where an order goes: ``address``, ``signer_name``, ``singer_mobile``, or some.

    For staff whom the buyer has asked; checked values. Raises AddressFixedError once
    the order is shipped or closed.
    """
    order = order_lock(order_id)
    if not order.address_can_change:
        raise AddressFixedError
    for name, value in fields.items():
        if name not in DESTINATION_FIELDS:
            raise ValueError(name)
        setattr(order, name, value)
    order.save(update_fields=list(fields))


def order_lock(order_id: int) -> OrderInfo:
    """Lock and return an order; raises OrderInfo.DoesNotExist. Within a transaction."""
    _LOCK(order_id=order_id)
    order = _ORDER.first(order_id=order_id)
    if order is None:
        raise OrderInfo.DoesNotExist
    return order


def order_pieces(order_id: int) -> dict[int, int]:
    """Return an order's pieces by goods id."""
    return dict(_PIECES(order_id=order_id))
