"""The life of an order: which states there are, and every move between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PayStatus(models.TextChoices):
    """``pay_status`` on the wire; the words are Alipay's, but for ``paying``."""

    PAYING = "paying", _("waiting for payment")
    WAIT_BUYER_PAY = "WAIT_BUYER_PAY", _("buyer is at the cashier")
    # The time at which it was paid is called "paid", too, and not so in every language.
    TRADE_SUCCESS = "TRADE_SUCCESS", pgettext_lazy("status of an order", "paid")
    TRADE_FINISHED = "TRADE_FINISHED", _("finished, no refund any more")
    TRADE_CLOSED = "TRADE_CLOSED", _("closed")


UNPAID = (PayStatus.PAYING, PayStatus.WAIT_BUYER_PAY)
PAID = (PayStatus.TRADE_SUCCESS, PayStatus.TRADE_FINISHED)
# What its buyer needs no more, and may delete.
OVER = (PayStatus.TRADE_CLOSED, PayStatus.TRADE_FINISHED)


class Delivery(models.TextChoices):
    """Where the goods of an order are; the second axis beside ``pay_status``."""

    WAITING = "waiting", _("waiting to be shipped")
    SHIPPED = "shipped", _("on its way")
    RECEIVED = "received", pgettext_lazy("status of an order", "received")


class ReceivedBy(models.TextChoices):
    """How it came that an order counts as received."""

    BUYER = "buyer", _("confirmed by the buyer")
    TIME = "time", _("the time to confirm was over")


class Event(models.TextChoices):
    """What can happen to an order."""

    CASHIER = "cashier", _("the buyer opened the cashier")
    PAY = "pay", _("money arrived")
    FINISH = "finish", _("the time for refunds ended")
    CANCEL = "cancel", _("cancelled by the buyer")
    EXPIRE = "expire", _("not paid in time")
    STAFF_CLOSE = "dismiss", _("closed by staff")
    REFUND = "refund", _("refunded in full")
    SHIP = "ship", _("left the shop")
    RECEIVE = "receive", _("received by the buyer")


# What is not here is refused.
MOVES: dict[tuple[PayStatus, Event], PayStatus] = {
    (PayStatus.PAYING, Event.CASHIER): PayStatus.WAIT_BUYER_PAY,
    **{(unpaid, Event.PAY): PayStatus.TRADE_SUCCESS for unpaid in UNPAID},
    **{
        (unpaid, event): PayStatus.TRADE_CLOSED
        for unpaid in UNPAID
        for event in (Event.CANCEL, Event.EXPIRE, Event.STAFF_CLOSE)
    },
    # Money that came after the order was closed, if its goods could be had again.
    (PayStatus.TRADE_CLOSED, Event.PAY): PayStatus.TRADE_SUCCESS,
    (PayStatus.TRADE_SUCCESS, Event.FINISH): PayStatus.TRADE_FINISHED,
    (PayStatus.TRADE_SUCCESS, Event.REFUND): PayStatus.TRADE_CLOSED,
    # Staff cannot any more; but when Alipay says that all of the money went back, it did.
    (PayStatus.TRADE_FINISHED, Event.REFUND): PayStatus.TRADE_CLOSED,
    # Delivery does not change what was paid; an order that is not paid has none.
    **{(paid, event): paid for paid in PAID for event in (Event.SHIP, Event.RECEIVE)},
}
DELIVERY_MOVES: dict[tuple[Delivery, Event], Delivery] = {
    (Delivery.WAITING, Event.SHIP): Delivery.SHIPPED,
    # Another parcel of the same order.
    (Delivery.SHIPPED, Event.SHIP): Delivery.SHIPPED,
    (Delivery.RECEIVED, Event.SHIP): Delivery.RECEIVED,
    (Delivery.SHIPPED, Event.RECEIVE): Delivery.RECEIVED,
}


class MoveRefusedError(Exception):
    """An order in this state cannot do that; nothing was changed.

    ``status`` is the PayStatus or the Delivery that refuses ``event``.
    """

    def __init__(self, status: str, event: Event) -> None:
        self.status = status
        self.event = event
        super().__init__(f"{event} is not for an order that is {status}")


def next_status(status: str, event: Event) -> PayStatus:
    """Return the state that ``event`` leads to from ``status``; raises MoveRefusedError."""
    try:
        return MOVES[PayStatus(status), event]
    except KeyError:
        raise MoveRefusedError(status, event) from None


def next_delivery(delivery: str, event: Event) -> Delivery:
    """Return where ``event`` leads to from ``delivery``; raises MoveRefusedError."""
    try:
        return DELIVERY_MOVES[Delivery(delivery), event]
    except KeyError:
        raise MoveRefusedError(delivery, event) from None
