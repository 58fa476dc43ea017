"""What becomes of a buyer's refund request when money moves, or will not.

Within the transaction that writes down what became of the refund, under the order's lock: no
request waits for a sweep to learn of it.
"""

from datetime import datetime

from django.utils.translation import gettext

from utils.text.language import in_shop_language

from ..models import OrderInfo, Refund, RefundRequest

State = RefundRequest.State


def request_settle_done(*, refund: Refund, done_at: datetime) -> None:
    """The money of ``refund`` moved: so the request that led to it is done."""
    RefundRequest.objects.filter(refund=refund).update(state=State.DONE, done_at=done_at)


def request_settle_failed(*, refund: Refund) -> None:
    """The gateway refuses ``refund`` for good: its request has failed, and another may be made."""
    RefundRequest.objects.filter(refund=refund, state=State.APPROVED).update(state=State.FAILED)


def request_settle_refunded(*, order: OrderInfo, refund: Refund, done_at: datetime) -> None:
    """``refund`` gave back the last of an order's money: a request nobody decided is over.

    What the buyer asked for has happened, by staff or on Alipay's own site: it is done by that
    refund, unless that one belongs to another request already.
    """
    undecided = RefundRequest.objects.filter(order=order, state=State.REQUESTED)
    if not undecided.exists():
        return
    if not RefundRequest.objects.filter(refund=refund).exists():
        undecided.update(
            state=State.DONE,
            refund=refund,
            approved_amount=refund.amount,
            staff_id=refund.staff_id,
            decided_at=done_at,
            done_at=done_at,
        )
        return
    with in_shop_language():
        reply = gettext("All of the order's money has been given back.")
    undecided.update(state=State.REJECTED, reply=reply, decided_at=done_at)
