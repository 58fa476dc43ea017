"""What a buyer asks to have back, and what staff decide. No network here.

Whoever changes a request locks its order first. To move the money is refund_send()'s, outside of
any transaction, after refund_request_approve().
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.users.services.locks import account_lock_open
from utils.api.errors import DomainError
from utils.db import clock
from utils.db.transactions import atomic_retry_on_deadlock
from utils.text.language import in_shop_language

from ..models import OrderInfo, Payment, Refund, RefundRequest
from .orders import order_lock
from .refund_pictures import PictureFiles
from .refund_quotas import request_quota_check
from .refunds import (
    RefundOverError,
    RefundTooLargeError,
    refund_is_over,
    refund_open,
    refundable,
)
from .returns import returns_of

State = RefundRequest.State


class OrderNotPaidError(DomainError):
    """There is no money that could be given back; nothing was changed."""

    message: Any = _("The order is not paid: nothing can be given back.")


class NothingLeftError(DomainError):
    """All was given back, or is under way; nothing was changed."""

    message: Any = _("Nothing of the order's money is left to be given back.")


class RequestOpenError(DomainError):
    """The order has an open request; nothing was changed."""

    message: Any = _("A refund request for this order is open.")


class RequestDecidedError(DomainError):
    """Somebody has decided the request, or its buyer has withdrawn it; nothing was changed."""

    def __init__(self, request: RefundRequest) -> None:
        self.request = request
        text = gettext("The refund request is decided already (%(state)s).")
        super().__init__(text % {"state": request.get_state_display()})


class ApprovedTooMuchError(DomainError):
    """More than the buyer asks for; nothing was changed."""

    field = "amount"

    def __init__(self, asked: Decimal) -> None:
        text = gettext("The buyer asks for %(asked)s yuan.")
        super().__init__(text % {"asked": f"{asked:.2f}"})


class ReplyMissingError(DomainError):
    """A rejection without a reply; nothing was changed."""

    field = "reply"
    message: Any = _("Tell the buyer why.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a buyer asks for; ``amount`` in yuan, None for all that is left."""

    reason: str
    amount: Decimal | None
    description: str


def refund_request_open(
    *, user_id: int, order_id: int, wish: Wish, files: PictureFiles
) -> RefundRequest:
    """Ask, as the order's buyer, for money back; return the request.

    ``files`` are written once the request looks possible, and are the caller's to remove when
    this raises (picture_files()). Raises OrderNotPaidError, RequestOpenError, RefundOverError,
    NothingLeftError, RefundTooLargeError, AccountClosedError, and an error of
    services/refund_quotas.py, changing nothing.
    """
    # Most of those who are refused are refused here, before a file is written.
    request_quota_check(user_id=user_id, order_id=order_id, added_bytes=files.size)
    _amount_check(OrderInfo.objects.get(pk=order_id), wish.amount)
    files.write()
    return _open(user_id, order_id, wish, files)


@atomic_retry_on_deadlock
def _open(user_id: int, order_id: int, wish: Wish, files: PictureFiles) -> RefundRequest:
    account_lock_open(user_id=user_id)
    order = order_lock(order_id)
    request_quota_check(user_id=user_id, order_id=order_id, added_bytes=files.size)
    request = RefundRequest.objects.create(
        order=order,
        amount=_amount_check(order, wish.amount),
        reason=wish.reason,
        description=wish.description,
    )
    files.rows_create(request)
    return request


def _amount_check(order: OrderInfo, amount: Decimal | None) -> Decimal:
    """Return what is asked for, in yuan; raises what refund_request_open() does."""
    payment = payment_of(order)
    if payment is None:
        raise OrderNotPaidError
    if RefundRequest.objects.filter(open_of=order.pk).exists():
        raise RequestOpenError
    if refund_is_over(payment):
        raise RefundOverError
    left = refundable(payment)
    if not left:
        raise NothingLeftError
    if amount is not None and amount > left:
        raise RefundTooLargeError(left)
    return left if amount is None else amount


def payment_of(order: OrderInfo) -> Payment | None:
    """Return the payment that paid an order, with that order."""
    payment = Payment.objects.filter(applied_to=order.pk).first()
    if payment is not None:
        payment.order = order
    return payment


@atomic_retry_on_deadlock
def refund_request_withdraw(*, request_id: int) -> RefundRequest:
    """Take a request back, as its buyer; return it. Of one that is withdrawn, quietly.

    Raises RequestDecidedError once staff have decided.
    """
    request = _request_lock(request_id)
    if request.state == State.WITHDRAWN:
        return request
    if request.state != State.REQUESTED:
        raise RequestDecidedError(request)
    request.state = State.WITHDRAWN
    request.save(update_fields=["state"])
    return request


@atomic_retry_on_deadlock
def refund_request_approve(
    *,
    request_id: int,
    amount: Decimal,
    lines: Mapping[int, int],
    reply: str,
    staff_id: int,
) -> Refund:
    """Give ``amount`` (yuan) back for a request, with pieces of lines; return the refund.

    For staff; the refund is to be sent after the commit (refund_send()). ``lines`` are those of
    refund_open(). The same decision sent again returns the same refund, whatever became of it.
    Raises RequestDecidedError, ApprovedTooMuchError, and whatever refund_open() does.
    """
    request = _request_lock(request_id)
    if request.state != State.REQUESTED:
        refund = request.refund
        decided = (amount, staff_id, lines)
        if refund and (refund.amount, refund.staff_id, returns_of(refund)) == decided:
            return refund
        raise RequestDecidedError(request)
    payment = payment_of(request.order)
    assert payment is not None  # a payment that is applied stays so
    if amount > request.amount:
        raise ApprovedTooMuchError(request.amount)
    with in_shop_language():
        reason = request.get_reason_display()  # Alipay shows it to the buyer
    refund = refund_open(
        payment_id=payment.pk, amount=amount, reason=reason, staff_id=staff_id, lines=lines
    )
    request.state, request.refund, request.approved_amount = State.APPROVED, refund, amount
    request.reply, request.staff_id = reply, staff_id
    request.decided_at = clock.database_now()
    request.save(
        update_fields=["state", "refund", "approved_amount", "reply", "staff", "decided_at"]
    )
    return refund


@atomic_retry_on_deadlock
def refund_request_reject(*, request_id: int, reply: str, staff_id: int) -> bool:
    """Refuse a request, and tell the buyer why; return whether it was new. For staff.

    Raises ReplyMissingError; RequestDecidedError when it is decided otherwise.
    """
    if not reply.strip():
        raise ReplyMissingError
    request = _request_lock(request_id)
    if (request.state, request.reply, request.staff_id) == (State.REJECTED, reply, staff_id):
        return False
    if request.state != State.REQUESTED:
        raise RequestDecidedError(request)
    request.state, request.reply, request.staff_id = State.REJECTED, reply, staff_id
    request.decided_at = clock.database_now()
    request.save(update_fields=["state", "reply", "staff", "decided_at"])
    return True


def _request_lock(request_id: int) -> RefundRequest:
    """Lock the request's order; return the request as it is now, with that order."""
    order_id = RefundRequest.objects.values_list("order_id", flat=True).get(pk=request_id)
    order = order_lock(order_id)
    request = RefundRequest.objects.get(pk=request_id)
    request.order = order
    return request
