"""Unpaid orders are closed: the gateway is asked before their stock is given back.

The gateway is asked outside of any transaction; what remains unpaid is closed there first and
here after.
"""

import logging
from collections import Counter
from contextlib import suppress
from datetime import datetime
from enum import Enum

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from utils.alipay import AlipayError, CloseResult, client_from_settings, gateway_patience
from utils.db import clock
from utils.db.shared_work import SharedWork

from ..models import OrderInfo
from ..order_status import Event, MoveRefusedError
from .asking import GatewaySilentError, order_ask
from .orders import CancelPaidError, order_close, order_hide

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of an order that was to be closed."""

    CLOSED = "closed"
    PAID = "paid"  # the gateway reported a payment that no notice had told us about
    UNCHANGED = "unchanged"  # somebody else closed it first


def order_close_via_gateway(*, order_id: int, event: Event, reason: str = "") -> Outcome:
    """Close an unpaid order for good (``event``: CANCEL, EXPIRE or STAFF_CLOSE), unless it is paid.

    ``reason``: what the buyer says of it, at most 200 characters.

    The gateway is asked, and told to close its trade, before the stock returns. All its calls
    share one deadline. Raises GatewaySilentError when that cannot be; MoveRefusedError when
    the order is paid already.
    """
    order = OrderInfo.objects.get(pk=order_id)
    if order.closed_by:
        return Outcome.UNCHANGED
    was_unpaid = order.is_unpaid
    if was_unpaid:
        try:
            with gateway_patience():
                _close_at_gateway(order)
        except AlipayError as error:
            logger.warning("order %s stays open: %s", order.order_sn, error)
            raise GatewaySilentError from error
    try:
        closed = order_close(order_id=order_id, event=event, reason=reason)
    except MoveRefusedError:
        if was_unpaid:
            return Outcome.PAID
        raise
    return Outcome.CLOSED if closed else Outcome.UNCHANGED


def order_cancel(order: OrderInfo, *, reason: str = "") -> None:
    """Close ``order`` as its buyer asks; ``reason``: why, at most 200 characters.

    One that was closed without being paid stays as it is. Raises CancelPaidError when it was
    paid, or turns out to be; GatewaySilentError.
    """
    if order.closed_by == Event.REFUND:
        raise CancelPaidError
    try:
        outcome = order_close_via_gateway(
            order_id=order.pk, event=_end_by_buyer(order), reason=reason
        )
    except MoveRefusedError as error:
        raise CancelPaidError from error
    if outcome == Outcome.PAID:
        raise CancelPaidError


def order_delete(order: OrderInfo) -> None:
    """Hide ``order`` from its buyer, and close it before when it is unpaid.

    Raises OrderPaidError when it is paid, or turns out to be, and is neither received nor
    finished; GatewaySilentError.
    """
    if order.is_unpaid:
        # Should it be paid meanwhile, it cannot be hidden.
        with suppress(MoveRefusedError):
            order_close_via_gateway(order_id=order.pk, event=_end_by_buyer(order))
    order_hide(order_id=order.pk)


def _end_by_buyer(order: OrderInfo) -> Event:
    """Return why an order ends that its buyer has no use for: time may have ended it before."""
    return Event.CANCEL if order.is_payable(timezone.now()) else Event.EXPIRE


def orders_close_expired(
    *, now: datetime | None = None, seconds: float | None = None
) -> dict[str, int]:
    """Close orders that were not paid in time; return how many were closed, paid, left.

    ``now`` is the database's time by default; after ``seconds`` no other order is begun. Several
    runners share the orders, JOBS_CALLS_AT_ONCE of them at a time each. Left are those about
    which the gateway did not answer, and those for which there was no time: the next sweep
    takes them, those first that have waited longest. Raises ExceptionGroup, having closed the
    others, when something is wrong with one.
    """
    now = now or clock.database_now()
    counts: Counter[str] = Counter()
    # The one that was never asked about is first.
    unasked_first = F("asked_at").asc(nulls_first=True)
    expired = OrderInfo.objects.expired(now).order_by(unasked_first, "expires_at", "pk")
    work = SharedWork(expired, now=now, threads=settings.JOBS_CALLS_AT_ONCE, seconds=seconds)

    def close(order_id: int) -> bool:
        try:
            outcome = order_close_via_gateway(order_id=order_id, event=Event.EXPIRE)
        except GatewaySilentError:
            return False
        except MoveRefusedError:
            return True  # paid since it was listed: there is nothing left to do
        counts[outcome.value] += 1
        return True

    work.run(close)
    return {"closed": counts["closed"], "paid": counts["paid"], "left": work.left()}


def _close_at_gateway(order: OrderInfo) -> None:
    """See to it that nobody pays the order any more, or that we know who did.

    A trade is made when its buyer logs in at the cashier: without one there is nothing to
    close, and should a buyer yet pay, it is money for a closed order.
    """
    if not order_ask(order_id=order.pk):
        return
    order.refresh_from_db(fields=["pay_status"])
    if not order.is_unpaid:
        return
    closed = client_from_settings().close(out_trade_no=order.order_sn)
    if closed == CloseResult.STATE_REFUSED:
        order_ask(order_id=order.pk)  # paid between question and order
