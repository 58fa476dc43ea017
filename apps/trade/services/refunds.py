"""Giving money back: asked for by staff, done when the gateway says that it moved.

Three steps, so that no transaction waits for the network: the refund is written down, the
gateway is asked, what it said is written down. Whatever is lost in between, the same
``out_request_no`` is asked for again, for which the gateway moves the money once.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.goods.models import StockMovement
from apps.goods.services.stock import sold_count, stock_return
from utils.alipay import (
    AlipayError,
    AlipayRefusedError,
    AlipayUnreachableError,
    client_from_settings,
    gateway_patience,
)
from utils.api.errors import DomainError
from utils.db import clock
from utils.db.locks import row_lock
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import Payment, Refund
from ..order_status import Event, PayStatus, next_status
from .orders import order_lock, order_pieces
from .refund_settling import (
    request_settle_done,
    request_settle_failed,
    request_settle_refunded,
)
from .returns import (
    pieces_not_returned,
    returns_apply,
    returns_check,
    returns_of,
    returns_write,
)

logger = logging.getLogger(__name__)

State = Refund.State


class RefundTooLargeError(DomainError):
    """More than is left of the payment; ``left`` is in yuan. Nothing was changed."""

    field = "amount"

    def __init__(self, left: Decimal) -> None:
        self.left = left
        text = gettext("Only %(left)s yuan are left to be given back.")
        super().__init__(text % {"left": f"{left:.2f}"})


class RefundOverError(DomainError):
    """The time for refunds has ended (TRADE_FINISHED); nothing was changed."""

    message: Any = _(
        "Alipay's time for refunds of this order has ended: nothing can be given back."
    )


class RefundTokenUsedError(DomainError):
    """The request was made before, as ``refund`` of another amount or other pieces.

    Nothing was changed.
    """

    def __init__(self, refund: Refund) -> None:
        self.refund = refund
        text = gettext(
            "This form was sent before, with %(amount)s yuan; nothing more was given back."
        )
        super().__init__(text % {"amount": f"{refund.amount:.2f}"})


def refund_token_make() -> str:
    """Return a new ``request_token`` for refund_open(): 16 hexadecimal digits."""
    return secrets.token_hex(8)


@atomic_retry_on_deadlock
def refund_open(
    *,
    payment_id: int,
    amount: Decimal,
    reason: str,
    staff_id: int,
    request_token: str = "",
    lines: Mapping[int, int] | None = None,
) -> Refund:
    """Write down that ``amount`` (yuan, at least 0.01) of a payment is to go back; return it.

    Other refunds of the payment, done or pending, reduce what is left. ``lines`` (line id -> how
    many pieces) come back into stock with the money. A
    ``request_token`` (at most 16 characters) makes the request repeatable: the same one
    returns the refund that it opened, whatever became of that. Raises RefundTokenUsedError,
    RefundOverError, RefundTooLargeError, a refusal of services/returns.py, Payment.DoesNotExist.
    """
    payment = _payment_lock(payment_id)
    order = payment.order
    token = request_token or refund_token_make()
    out_request_no = f"{order.order_sn}-{payment.pk}-{token}"
    known = Refund.objects.filter(out_request_no=out_request_no).first()
    if known is not None:
        if (known.amount, returns_of(known)) != (amount, lines or {}):
            raise RefundTokenUsedError(known)
        return known
    if refund_is_over(payment):
        raise RefundOverError
    left = refundable(payment)
    if amount > left:
        raise RefundTooLargeError(left)
    returns_check(order=order, payment=payment, lines=lines or {})
    refund = Refund.objects.create(
        payment=payment,
        out_request_no=out_request_no,
        amount=amount,
        reason=reason,
        staff_id=staff_id,
    )
    returns_write(refund=refund, lines=lines or {})
    return refund


def refund_send(*, refund_id: int) -> Refund:
    """Ask the gateway for a pending refund, and write down what it says; return the refund.

    May be repeated. PENDING afterwards: it is not known whether the money moved;
    reconciling asks again. A refund that is done or failed stays as it is.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=refund_id)
    if refund.state != State.PENDING:
        return refund
    Refund.objects.filter(pk=refund_id).update(tries=F("tries") + 1, asked_at=clock.database_now())
    try:
        with gateway_patience():
            refusal = _gateway_refund(refund)
    except AlipayError as error:
        logger.warning("refund %s: %s", refund.out_request_no, error)
        pending = Refund.objects.filter(pk=refund_id, state=State.PENDING)
        pending.update(answer=str(error)[:255])
    else:
        if refusal:
            refund_fail(refund_id=refund_id, answer=refusal)
        else:
            refund_done(refund_id=refund_id, done_at=clock.database_now())
    refund.refresh_from_db()
    return refund


@atomic_retry_on_deadlock
def refund_done(*, refund_id: int, done_at: datetime) -> bool:
    """Note that the money of a refund moved; return whether it was new.

    The pieces that were chosen with it return to stock. When it was the last of the payment that
    paid the order, the order is closed: it was not sold, and unless it has been shipped all of
    its stock returns. The buyer's request that led to it is done.
    """
    payment = _payment_lock(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state == State.DONE:
        return False
    # A refund that was refused, and then was done after all, is done.
    refund.state, refund.done_at, refund.answer = State.DONE, done_at, ""
    refund.save(update_fields=["state", "done_at", "answer"])
    request_settle_done(refund=refund, done_at=done_at)
    _payment_reduce(payment, refund)
    return True


@atomic_retry_on_deadlock
def refund_fail(*, refund_id: int, answer: str) -> bool:
    """Note that the gateway refuses a refund for good; return whether it was new.

    While it was pending, it accounted for a part of what Alipay says it has given back. That
    part is recorded as another refund. The buyer's request that led to it has failed.
    """
    payment = _payment_lock(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    pending = Refund.objects.filter(pk=refund_id, state=State.PENDING)
    if not pending.update(state=State.FAILED, answer=answer[:255]):
        return False
    request_settle_failed(refund=Refund.objects.get(pk=refund_id))
    _rest_record(payment, done_at=clock.database_now())
    return True


@atomic_retry_on_deadlock
def refund_sync(
    *, payment_id: int, out_request_no: str, refunded: Decimal, done_at: datetime
) -> bool:
    """Take note of a refund that a notice tells of; return whether it was new.

    ``refunded`` is what Alipay has given back of the trade so far, in yuan; the number may be
    "". A refund of ours is done by it. What is more than we know of was given back on Alipay's
    own site, and is recorded; so that nothing is counted twice, what we have asked for counts
    as known until it is refused.
    """
    payment = _payment_lock(payment_id)
    payment.gateway_refunded_total = max(
        payment.gateway_refunded_total, min(refunded, payment.amount)
    )
    payment.save(update_fields=["gateway_refunded_total"])
    # Alipay's numbers are unique within a trade, ours among all refunds.
    number_here = f"{payment.pk}-{out_request_no}"[:64]
    refund = payment.refunds.filter(out_request_no__in=[out_request_no, number_here]).first()
    if refund is None:
        is_taken = Refund.objects.filter(out_request_no=out_request_no).exists()
        number = number_here if is_taken else out_request_no
        return _rest_record(payment, done_at=done_at, number=number)
    # One that was refused, and done after all, may be counted in what was recorded since.
    uncounted = payment.gateway_refunded_total - payment.refunded
    is_counted = refund.state == State.FAILED and uncounted < refund.amount
    is_new = not is_counted and refund_done(refund_id=refund.pk, done_at=done_at)
    payment.refresh_from_db(fields=["refunded"])
    return _rest_record(payment, done_at=done_at) or is_new


def refundable(payment: Payment) -> Decimal:
    """Return what can still be given back of a payment, in yuan.

    No query if its ``refunds`` are prefetched, else one.
    """
    pending = [row.amount for row in payment.refunds.all() if row.state == State.PENDING]
    return payment.amount - payment.refunded - sum(pending, Decimal(0))


def refund_is_over(payment: Payment) -> bool:
    """Return whether Alipay gives nothing of a payment back any more.

    A flagged one is another trade than that which finished the order.
    """
    is_applied = payment.state == Payment.State.APPLIED
    return is_applied and payment.order.pay_status == PayStatus.TRADE_FINISHED


def _rest_record(payment: Payment, *, done_at: datetime, number: str = "") -> bool:
    """Record money that Alipay reports as refunded and no refund explains; return whether any."""
    known = payment.amount - refundable(payment)
    rest = payment.gateway_refunded_total - known
    if rest <= 0:
        return False
    refund = Refund.objects.create(
        payment=payment,
        # Refunds without a number get their place in the count: no row is ever deleted.
        out_request_no=number or f"alipay-{payment.refunds.count()}-{payment.trade_no}"[:64],
        amount=rest,
        reason="Alipay",
        state=State.DONE,
        done_at=done_at,
    )
    _payment_reduce(payment, refund)
    return True


def _payment_lock(payment_id: int) -> Payment:
    """Lock the payment's order, then return the payment as it is now, with that order."""
    order = order_lock(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    row_lock(Payment.objects.filter(pk=payment_id))
    payment = Payment.objects.get(pk=payment_id)
    payment.order = order
    return payment


def _payment_reduce(payment: Payment, refund: Refund) -> None:
    """Count a refund that is done: on the payment, and on the stock, sales and state it changes."""
    # Summed here, under the lock: SQLite would sum binary fractions, and 0.10 and 24.85 make
    # more than the 24.95 that were paid.
    refunded = payment.refunded + refund.amount
    Payment.objects.filter(pk=payment.pk).update(refunded=refunded)
    order = payment.order
    pieces = Counter(returns_apply(refund=refund, order=order))
    if payment.state == Payment.State.APPLIED and refunded == payment.amount:
        order.pay_status = next_status(order.pay_status, Event.REFUND)
        order.closed_by = Event.REFUND
        order.holds_stock = order.shipped_at is not None
        order.save(update_fields=["pay_status", "closed_by", "holds_stock"])
        # First, and of all its goods: whoever locks several takes them in the order of their keys.
        sold_count(pieces=order_pieces(order.pk), sign=-1)
        if not order.holds_stock:
            pieces += Counter(pieces_not_returned(order.pk))
        assert refund.done_at is not None
        request_settle_refunded(order=order, refund=refund, done_at=refund.done_at)
    reasons = StockMovement.Reason
    reason = reasons.REFUND if order.shipped_at is None else reasons.RETURN
    stock_return(pieces=pieces, reason=reason, reference=order.order_sn)


def _gateway_refund(refund: Refund) -> str:
    """Have the gateway move the money; return "" when it did, else why it never will.

    Raises AlipayError when that is not known.
    """
    client = client_from_settings()
    # The trade is named, too: of two that paid one order, the money must leave the right one.
    wanted = {
        "out_trade_no": refund.payment.order.order_sn,
        "trade_no": refund.payment.trade_no,
        "out_request_no": refund.out_request_no,
    }
    refusal = ""
    try:
        answer = client.refund(
            **wanted,
            refund_amount=refund.amount,
            refund_reason=refund.reason,
        )
        if answer.fund_changed:
            return ""
    except AlipayRefusedError as error:
        refusal = str(error)
    # A repeat changes nothing, or may be refused because of what the first did: only the
    # refund itself tells whether its money moved.
    state = client.refund_query(**wanted)
    if state is not None and state.money_moved:
        return ""
    if refusal and (state is None or state.has_failed):
        return refusal
    raise AlipayUnreachableError("the refund is under way")
