"""Parcels leave the shop and reach their buyers. No network here.

Shipping, correcting and confirming lock the order first. So does a refund request:
an order with an open request is not shipped, and none is asked for in between.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db import clock
from utils.db.locks import check_changed
from utils.db.shared_work import SharedWork
from utils.db.transactions import atomic_retry_on_deadlock

from ..carriers import MAX_LENGTH, NUMBER_SHAPES, Carrier, number_clean, number_fits
from ..models import OrderInfo, Shipment
from ..order_status import Event, MoveRefusedError, ReceivedBy, next_delivery, next_status
from .orders import order_lock

logger = logging.getLogger(__name__)

# Orders that a message names which have the same parcel.
NAMED = 5
# Processes of the release before this one, which know no shipments, run beside new ones for as
# long as an upgrade takes; with a week to spare.
OLD_PROCESSES = timedelta(days=7)


class NotShippableError(DomainError):
    """The order cannot be shipped as it is now; nothing was changed."""

    message: Any = _("The order is not paid, or it is closed: it cannot be shipped.")


class RefundUndecidedError(NotShippableError):
    message = _("The buyer asks for money back: decide that request first, then ship.")


class RefundLeavesNothingError(NotShippableError):
    message = _("All the money of the order is being given back: it cannot be shipped.")


class TrackingNumberError(DomainError):
    """The number cannot be one of the carrier's; nothing was changed."""

    field = "tracking_no"
    message: Any = _("A tracking number is needed.")


class ParcelRecordedError(DomainError):
    """The order has this parcel already; nothing was changed."""

    field = "tracking_no"
    message: Any = _("This parcel is recorded for the order already.")


class ShipmentCorrectedError(DomainError):
    """Somebody corrected the shipment meanwhile; nothing was changed."""

    message: Any = _("This parcel was corrected meanwhile: look at the order again.")


class OrderNotShippedError(DomainError):
    """The order is not on its way, so that nobody can have received it; nothing was changed."""

    message: Any = _("The order is not on its way: receipt cannot be confirmed.")


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """What was recorded; ``also_of``: numbers of other orders with the same parcel.

    Orders of one buyer may be packed together. It may be a slip as well, so staff are told.
    """

    shipment: Shipment
    also_of: tuple[str, ...]


def tracking_number_check(carrier: str, tracking_no: str) -> str:
    """Return a tracking number as it is kept; "" is one for Carrier.OTHER alone.

    Raises TrackingNumberError, with the shape that the carrier's numbers have.
    """
    number = number_clean(tracking_no)
    if number_fits(Carrier(carrier), number):
        return number
    if not number:
        raise TrackingNumberError
    if len(number) > MAX_LENGTH:
        raise TrackingNumberError(_("A tracking number has at most 40 characters."))
    if carrier == Carrier.OTHER:
        raise TrackingNumberError(_("6 to 40 letters, digits and hyphens, and no mobile number."))
    values = {"carrier": Carrier(carrier).label, "example": NUMBER_SHAPES[Carrier(carrier)].example}
    raise TrackingNumberError(
        _("This is not a number of %(carrier)s, which looks like %(example)s.") % values
    )


@atomic_retry_on_deadlock
def order_ship(*, order_id: int, carrier: str, tracking_no: str, staff_id: int) -> Shipped:
    """Record a parcel of a paid order, the first or a further one; return it.

    For staff. With the first the order is on its way: from then on a refund does not give its
    pieces back to stock by itself. Raises TrackingNumberError, ParcelRecordedError (also for a
    second parcel without a number), NotShippableError, OrderInfo.DoesNotExist.
    """
    number = tracking_number_check(carrier, tracking_no)
    order = order_lock(order_id)
    order_check_shippable(order)
    _check_is_new(order, number)
    now = clock.database_now()
    if order.shipped_at is None:
        order.shipped_at = now
        order.save(update_fields=["shipped_at"])
    return _record(order, carrier=carrier, tracking_no=number, staff_id=staff_id, shipped_at=now)


@atomic_retry_on_deadlock
def shipment_correct(*, shipment_id: int, carrier: str, tracking_no: str, staff_id: int) -> Shipped:
    """Replace a wrong carrier or number of a parcel; return the new row.

    For staff, whatever became of the order since. The old row stays as a trace and is not current
    any more; the parcel left when the old row says. Raises TrackingNumberError,
    ParcelRecordedError (also when nothing would change), ShipmentCorrectedError,
    Shipment.DoesNotExist.
    """
    number = tracking_number_check(carrier, tracking_no)
    order = order_lock(Shipment.objects.values_list("order_id", flat=True).get(pk=shipment_id))
    wrong = Shipment.objects.get(pk=shipment_id)
    if not wrong.is_current:
        raise ShipmentCorrectedError
    if (wrong.carrier, wrong.tracking_no) == (carrier, number):
        raise ParcelRecordedError
    _check_is_new(order, number, besides=wrong.pk)
    check_changed(Shipment.objects.current().filter(pk=wrong.pk).update(is_current=False), 1)
    return _record(
        order, carrier=carrier, tracking_no=number, staff_id=staff_id,
        shipped_at=wrong.shipped_at, corrects=wrong,
    )  # fmt: skip


@atomic_retry_on_deadlock
def order_confirm(*, order_id: int, by: ReceivedBy) -> bool:
    """Note that an order was received; return whether it was new.

    Raises OrderNotShippedError, also for an order that is unpaid or closed.
    """
    return _receive(order_lock(order_id), by)


def orders_confirm_received(
    *, now: datetime | None = None, seconds: float | None = None
) -> dict[str, int]:
    """Count orders as received whose last parcel left ORDER_CONFIRM_DAYS ago; return how many.

    Orders with an open refund request wait for its decision. ``now`` is the database's time by
    default; after ``seconds`` no other order is begun, and what is due is ``left``. Several
    runners share the orders. Raises ExceptionGroup, having done the others, when something is
    wrong with one.
    """
    now = now or clock.database_now()
    _complete_shipments(now)
    before = now - timedelta(days=settings.ORDER_CONFIRM_DAYS)
    due = OrderInfo.objects.to_confirm(before).order_by("shipped_at", "pk")
    work = SharedWork(due, now=now, threads=1, seconds=seconds)
    received = 0

    def confirm(order_id: int) -> bool:
        nonlocal received
        received += _confirm_if_due(order_id=order_id, before=before)
        return True

    work.run(confirm)
    return {"received": received, "left": work.left()}


@atomic_retry_on_deadlock
def _confirm_if_due(*, order_id: int, before: datetime) -> bool:
    """Confirm an order that is still due when its row is locked; return whether it was."""
    order = order_lock(order_id)
    if not OrderInfo.objects.to_confirm(before).filter(pk=order_id).exists():
        return False
    return _receive(order, ReceivedBy.TIME)


def _receive(order: OrderInfo, by: ReceivedBy) -> bool:
    try:
        next_status(order.pay_status, Event.RECEIVE)
        if order.received_at is not None:
            return False
        next_delivery(order.delivery, Event.RECEIVE)
    except MoveRefusedError as error:
        raise OrderNotShippedError from error
    order.received_at, order.received_by = clock.database_now(), by
    order.save(update_fields=["received_at", "received_by"])
    return True


def order_check_shippable(order: OrderInfo) -> None:
    """Raise NotShippableError unless another parcel of the order may leave; to be sure, of a
    locked one."""
    try:
        next_status(order.pay_status, Event.SHIP)
        next_delivery(order.delivery, Event.SHIP)
    except MoveRefusedError as error:
        raise NotShippableError from error
    if order.has_open_request:
        raise RefundUndecidedError
    if order.refundable_amount <= 0:
        raise RefundLeavesNothingError


def _check_is_new(order: OrderInfo, number: str, *, besides: int = 0) -> None:
    """Raise ParcelRecordedError when a parcel of the (locked) order has the number.

    The carrier does not matter: the same number at two of them is a slip.
    """
    same = order.shipments.current().filter(tracking_no=number)
    if besides is not None:
        same = same.exclude(pk=besides)
    if same.exists():
        raise ParcelRecordedError


def _record(order: OrderInfo, **values: Any) -> Shipped:
    shipment = Shipment.objects.create(order=order, **values)
    others: tuple[str, ...] = ()
    if shipment.tracking_no:
        same = Shipment.objects.current().filter(tracking_no=shipment.tracking_no)
        numbers = same.exclude(order=order).values_list("order__order_sn", flat=True)
        others = tuple(numbers.order_by("order__order_sn").distinct()[:NAMED])
    return Shipped(shipment=shipment, also_of=others)


def _complete_shipments(now: datetime) -> None:
    """Give orders a parcel without a number that were shipped by a process of the release before.

    Such a process runs beside new ones during an upgrade, and knows no shipments. See migration
    0009, which did the same for all that were shipped before.
    """
    for order in OrderInfo.objects.shipped_without_parcel(since=now - OLD_PROCESSES):
        if _complete_shipment(order_id=order.pk):
            logger.warning("order %s was shipped without a parcel; it has one now", order.order_sn)


@atomic_retry_on_deadlock
def _complete_shipment(*, order_id: int) -> bool:
    order = order_lock(order_id)
    if order.shipped_at is None or order.shipments.exists():
        return False
    _record(order, carrier=Carrier.OTHER, shipped_at=order.shipped_at)
    return True
