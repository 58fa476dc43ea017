"""What a buyer sees of an order: one status, and what the buyer may do now.

Both follow from the axes of order_status.py and from refunds; nothing here is stored.
docs/order_lifecycle.md has the table.
"""

from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .order_status import PAID, UNPAID, Delivery, Event, PayStatus


class Status(models.TextChoices):
    """``status`` on the wire."""

    TO_PAY = "to_pay", _("to be paid")
    TO_SHIP = "to_ship", _("to be shipped")
    TO_RECEIVE = "to_receive", _("on its way")
    RECEIVED = "received", pgettext_lazy("status of an order", "received")
    CLOSED = "closed", _("closed")
    REFUNDED = "refunded", _("refunded")


class Tab(models.TextChoices):
    """``?status=`` of a list of orders: a status, or the orders with an open refund request."""

    TO_PAY = Status.TO_PAY.value, Status.TO_PAY.label
    TO_SHIP = Status.TO_SHIP.value, Status.TO_SHIP.label
    TO_RECEIVE = Status.TO_RECEIVE.value, Status.TO_RECEIVE.label
    RECEIVED = Status.RECEIVED.value, Status.RECEIVED.label
    CLOSED = Status.CLOSED.value, Status.CLOSED.label
    REFUNDED = Status.REFUNDED.value, Status.REFUNDED.label
    REFUNDING = "refunding", _("refund asked for")


# Those whose number a buyer sees beside their names.
COUNTED_TABS = (Tab.TO_PAY, Tab.TO_SHIP, Tab.TO_RECEIVE, Tab.REFUNDING)


class Action(models.TextChoices):
    """An entry of ``actions`` on the wire."""

    PAY = "pay", _("pay")
    CANCEL = "cancel", _("cancel")
    CONFIRM = "confirm", _("confirm that it was received")
    REQUEST_REFUND = "request_refund", _("ask for money back")
    DELETE = "delete", _("delete")


class CloseReason(models.TextChoices):
    """``close_reason`` on the wire."""

    CANCELLED = "cancelled", _("cancelled by the buyer")
    EXPIRED = "expired", _("not paid in time")
    STAFF = "staff", _("closed by staff")
    REFUNDED = "refunded", _("refunded in full")


CLOSE_REASONS = {
    Event.CANCEL: CloseReason.CANCELLED,
    Event.EXPIRE: CloseReason.EXPIRED,
    Event.STAFF_CLOSE: CloseReason.STAFF,
    Event.REFUND: CloseReason.REFUNDED,
}

STATUS_OF_DELIVERY = {
    Delivery.WAITING: Status.TO_SHIP,
    Delivery.SHIPPED: Status.TO_RECEIVE,
    Delivery.RECEIVED: Status.RECEIVED,
}


class OrderFacts(NamedTuple):
    """All that a buyer's view of an order depends on.

    ``is_expired``: its time to be paid is over. ``has_open_request``: a refund request of the
    buyer is not settled yet. ``left``: yuan that were paid and neither given back nor under
    way back.
    """

    pay_status: PayStatus
    delivery: Delivery
    closed_by: str
    is_expired: bool
    has_open_request: bool
    left: Decimal


class BuyerView(NamedTuple):
    """What a buyer sees of an order."""

    status: Status
    actions: tuple[Action, ...]
    close_reason: CloseReason | None


def buyer_view(facts: OrderFacts) -> BuyerView:
    """Return what the buyer sees of an order, and may do with it now."""
    if facts.pay_status in UNPAID and not facts.is_expired:
        return BuyerView(
            status=Status.TO_PAY, actions=(Action.PAY, Action.CANCEL), close_reason=None
        )
    if facts.pay_status not in PAID:
        reason = CLOSE_REASONS[Event(facts.closed_by or Event.EXPIRE)]
        is_refunded = reason == CloseReason.REFUNDED
        status = Status.REFUNDED if is_refunded else Status.CLOSED
        return BuyerView(status=status, actions=(Action.DELETE,), close_reason=reason)
    return BuyerView(
        status=STATUS_OF_DELIVERY[facts.delivery], actions=_paid_actions(facts), close_reason=None
    )


def _paid_actions(facts: OrderFacts) -> tuple[Action, ...]:
    is_finished = facts.pay_status == PayStatus.TRADE_FINISHED
    actions = []
    if facts.delivery == Delivery.SHIPPED:
        actions.append(Action.CONFIRM)
    # Alipay gives nothing back of a trade that is finished.
    if not (is_finished or facts.has_open_request) and facts.left > 0:
        actions.append(Action.REQUEST_REFUND)
    if is_finished or facts.delivery == Delivery.RECEIVED:
        actions.append(Action.DELETE)
    return tuple(actions)
