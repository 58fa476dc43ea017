"""Unpaid orders and the gateway: it is asked before stock is given back, or money missed.

The gateway is asked outside of any transaction; what it says goes through notices.py, as a
notice does, and what remains unpaid is closed there first and here after.
"""

import logging
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from utils.alipay import AlipayError, CloseResult, client_from_settings
from utils.db.failures import collect_errors

from ..models import OrderInfo, Refund
from ..order_status import Event, MoveRefusedError, PayStatus
from .notices import answer_keep, notice_judge, notices_judge_left
from .orders import order_close
from .refunds import refund_send

logger = logging.getLogger(__name__)

# A notice comes within seconds; an order without one is asked about from then on, so often.
NOTICE_IS_LATE = timedelta(minutes=2)
ASK_AGAIN = timedelta(minutes=5)
# So many calls in a row without an answer, each of which takes its timeout while every other
# sweep waits, and the rest is left for the next time; it comes first then.
MAX_FAILURES = 3


class GatewaySilentError(Exception):
    """Alipay cannot be asked whether the order is paid; the order was not changed."""


class Outcome(Enum):
    """What became of an order that was to be closed."""

    CLOSED = "closed"
    PAID = "paid"  # the gateway knew of money that we had not heard of
    UNCHANGED = "unchanged"  # somebody else closed it first


def order_close_via_gateway(*, order_id: int, event: Event) -> Outcome:
    """Close an unpaid order for good (``event``: CANCEL, EXPIRE or STAFF_CLOSE), unless it is paid.

    The gateway is asked, and told to close its trade, before the stock returns. Raises
    GatewaySilentError when that cannot be; MoveRefusedError when the order is paid already.
    """
    order = OrderInfo.objects.get(pk=order_id)
    if order.closed_by:
        return Outcome.UNCHANGED
    was_unpaid = order.is_unpaid
    if was_unpaid:
        try:
            _close_at_gateway(order)
        except AlipayError as error:
            logger.warning("order %s stays open: %s", order.order_sn, error)
            raise GatewaySilentError from error
    try:
        closed = order_close(order_id=order_id, event=event)
    except MoveRefusedError:
        if was_unpaid:
            return Outcome.PAID
        raise
    return Outcome.CLOSED if closed else Outcome.UNCHANGED


def order_ask(*, order_id: int) -> bool:
    """Ask the gateway about an order and act on its answer; return whether it knows a trade.

    Raises AlipayError when it does not answer.
    """
    OrderInfo.objects.filter(pk=order_id).update(asked_at=timezone.now())
    order = OrderInfo.objects.only("order_sn", "pay_status").get(pk=order_id)
    trade = client_from_settings().query(out_trade_no=order.order_sn)
    if trade is None:
        return False
    if trade.trade_status == order.pay_status == PayStatus.WAIT_BUYER_PAY:
        return True  # known, and not worth a row each time
    notice_judge(notice_id=answer_keep(trade=trade).pk)
    return True


def orders_close_expired(*, now: datetime | None = None) -> dict[str, int]:
    """Close every order that was not paid in time; return how many were closed, paid, left.

    Left are those about which the gateway did not answer: the next sweep asks again. Raises
    ExceptionGroup, having closed the others, when something is wrong with one.
    """
    counts = {"closed": 0, "paid": 0, "left": 0}
    expired = OrderInfo.objects.expired(now or timezone.now())
    failures = _ConsecutiveFailures()
    with collect_errors() as collecting:
        for order_id in _longest_unasked_first(expired, "expires_at", "pk"):
            if failures.too_many:
                counts["left"] += 1
                continue
            with collecting():
                try:
                    outcome = order_close_via_gateway(order_id=order_id, event=Event.EXPIRE)
                except GatewaySilentError:
                    counts["left"] += 1
                    failures.add()
                except MoveRefusedError:
                    pass  # paid since it was listed: there is nothing left to do
                else:
                    failures.reset()
                    if outcome != Outcome.UNCHANGED:
                        counts[outcome.value] += 1
    return counts


def payments_reconcile(*, now: datetime | None = None) -> dict[str, int]:
    """Find out what was lost: notices, answers, refunds. Return how many of each were taken up.

    ``notices`` a crash left unjudged; ``asked``: unpaid orders whose notice may be lost;
    ``refunds`` of which it was not known whether the money moved; ``silent``: the gateway did
    not answer about these, or was not asked any more. Raises ExceptionGroup, having done the
    others, when something is wrong with one.
    """
    now = now or timezone.now()
    counts = {"notices": 0, "asked": 0, "refunds": 0, "silent": 0}
    with collect_errors() as collecting:
        with collecting():
            counts["notices"] = notices_judge_left(before=now - timedelta(minutes=1))
        failures = _ConsecutiveFailures()
        for order_id in _orders_in_doubt(now):
            if failures.too_many:
                counts["silent"] += 1
                continue
            with collecting():
                try:
                    order_ask(order_id=order_id)
                    counts["asked"] += 1
                    failures.reset()
                except AlipayError as error:
                    logger.warning("order %s: %s", order_id, error)
                    counts["silent"] += 1
                    failures.add()
        failures = _ConsecutiveFailures()
        for refund_id in _refunds_in_doubt(now):
            if failures.too_many:
                counts["silent"] += 1
                continue
            with collecting():
                if refund_send(refund_id=refund_id).state == Refund.State.PENDING:
                    counts["silent"] += 1
                    failures.add()
                else:
                    counts["refunds"] += 1
                    failures.reset()
    return counts


class _ConsecutiveFailures:
    """Counts the calls in a row that the gateway did not answer: too many at MAX_FAILURES."""

    def __init__(self) -> None:
        self._left = MAX_FAILURES

    def reset(self) -> None:
        self._left = MAX_FAILURES

    def add(self) -> None:
        self._left -= 1

    @property
    def too_many(self) -> bool:
        return self._left <= 0


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


def _orders_in_doubt(now: datetime) -> list[int]:
    orders = OrderInfo.objects.unpaid().filter(
        Q(asked_at=None) | Q(asked_at__lt=now - ASK_AGAIN),
        add_time__lt=now - NOTICE_IS_LATE,
        expires_at__gt=now,
    )
    return _longest_unasked_first(orders, "pk")


def _refunds_in_doubt(now: datetime) -> list[int]:
    refunds = Refund.objects.filter(
        Q(asked_at=None) | Q(asked_at__lt=now - timedelta(minutes=1)),
        state=Refund.State.PENDING,
        add_time__lt=now - timedelta(minutes=1),
    )
    return _longest_unasked_first(refunds, "pk")


def _longest_unasked_first(rows: QuerySet[Any], *then: str) -> list[int]:
    """Return their ids; the one that was never asked about is first."""
    never_first = F("asked_at").asc(nulls_first=True)
    return list(rows.order_by(never_first, *then).values_list("pk", flat=True))
