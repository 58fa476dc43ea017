"""The one function by which an order becomes paid."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from apps.goods.services.stock import OutOfStockError, sold_count, stock_take
from apps.users.services.locks import account_is_open
from utils.db.transactions import atomic_retry_on_deadlock, retry_on_deadlock
from utils.db.written_inserts import Insert
from utils.db.written_once import Given, Read
from utils.db.written_saves import Save

from ..models import OrderInfo, Payment, PaymentNotice
from ..order_status import Event, PayStatus, next_status
from .hold_windows import windows_pay
from .orders import order_lock, order_pieces

Verdict = PaymentNotice.Verdict
Flag = Payment.Flag

_PAYMENT = Insert(Payment)
_PAY = Save(
    OrderInfo, "pay_status", "trade_no", "pay_time", "closed_by", "holds_stock", "is_hidden"
)


class WrongAmountError(Exception):
    """The money is not the order's total; nothing was changed."""


# Within a notice's transaction it is a part of that, without a savepoint: what it raises is not
# caught there.
@retry_on_deadlock
@transaction.atomic(savepoint=False)
def payment_confirm(
    *, order_id: int, trade_no: str, amount: Decimal, paid_at: datetime
) -> PaymentNotice.Verdict:
    """Record that the trade ``trade_no`` paid ``amount`` (yuan) for an order; return what it did.

    Only for what Alipay has signed. PAID: the order is paid, what it sold counts. PAID_LATE:
    it had been closed, its stock is taken again, and a buyer who deleted it sees it again.
    REPEAT: this trade is known, nothing changes. FLAGGED: the money is kept as a payment that
    staff give back, because the goods are gone, another trade has paid, or the buyer has closed
    the account and nobody is left to send anything to. MALFORMED: the trade is known, as that of
    another order; nothing changes. Raises WrongAmountError, OrderInfo.DoesNotExist.
    """
    order = order_lock(order_id)
    if amount != order.order_mount:
        raise WrongAmountError
    payments = _payments_of(order, trade_no)
    if known := [payment for payment in payments if payment.is_this_trade]:
        return Verdict.REPEAT if known[0].order_id == order.pk else Verdict.MALFORMED
    was_closed = order.pay_status == PayStatus.TRADE_CLOSED
    flag = _why_not_applied(order, payments)
    payment = Payment(
        order=order,
        trade_no=trade_no,
        amount=amount,
        paid_at=paid_at,
        state=Payment.State.FLAGGED if flag else Payment.State.APPLIED,
        flag=flag,
    )
    _PAYMENT.one(payment)
    if flag:
        return Verdict.FLAGGED
    order.pay_status = next_status(order.pay_status, Event.PAY)
    order.trade_no, order.pay_time = trade_no, paid_at
    order.closed_by, order.holds_stock = "", True
    order.is_hidden = False
    _PAY(order)
    pieces = order_pieces(order.pk)
    sold_count(pieces=pieces, sign=1)
    if not was_closed:
        windows_pay(user_id=order.user_id, pieces=pieces)
    return Verdict.PAID_LATE if was_closed else Verdict.PAID


@atomic_retry_on_deadlock
def payment_finish(*, order_id: int, trade_no: str) -> bool:
    """Note that the trade cannot be refunded any more; return whether it was new.

    Changes nothing, and returns False, when another trade has paid the order.
    """
    order = order_lock(order_id)
    if order.trade_no != trade_no or order.pay_status != PayStatus.TRADE_SUCCESS:
        return False
    order.pay_status = next_status(order.pay_status, Event.FINISH)
    order.save(update_fields=["pay_status"])
    return True


def _payments() -> QuerySet[Any]:
    this_trade = Case(
        When(trade_no=Given("trade_no"), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    is_asked = Q(order_id=Given("order_id")) | Q(trade_no=Given("trade_no"))
    return Payment.objects.filter(is_asked).order_by().annotate(is_this_trade=this_trade)


_PAYMENTS = Read(_payments)


def _payments_of(order: OrderInfo, trade_no: str) -> list[Any]:
    """Return the payments of an order, and that of a trade: one query.

    ``is_this_trade`` says which is the trade's. The database compares: it takes more spellings for
    the same than Python does.
    """
    return _PAYMENTS(order_id=order.pk, trade_no=trade_no)


def _why_not_applied(order: OrderInfo, payments: Sequence[Payment]) -> str:
    """Return why money does not pay this (locked) order, or "" when it does.

    A closed order first takes its stock again; "sold out" is a reason, too.
    """
    if any(payment.state == Payment.State.APPLIED for payment in payments):
        return Flag.REFUNDED if order.closed_by == Event.REFUND else Flag.DUPLICATE
    if order.pay_status == PayStatus.TRADE_CLOSED:
        if not account_is_open(user_id=order.user_id):
            return Flag.NO_ACCOUNT
        try:
            stock_take(pieces=order_pieces(order.pk), reference=order.order_sn)
        except OutOfStockError:
            return Flag.SOLD_OUT
    return ""
