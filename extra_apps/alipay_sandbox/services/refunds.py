"""Refunds: money goes back once for each number the merchant gave."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..conf import sandbox_conf
from ..courier import wake
from ..models import SandboxRefund, SandboxTrade, TradeStatus
from ..refusals import RefusalError, failed, trade_missing
from .notices import refund_notice_write


@dataclass(frozen=True)
class RefundDone:
    """``is_new`` is False for the repeat of a refund, which moves no money."""

    trade: SandboxTrade
    refund: SandboxRefund
    is_new: bool


@transaction.atomic
def trade_refund(*, trade_no: str, amount: Decimal, out_request_no: str, reason: str) -> RefundDone:
    """Give ``amount`` yuan of a paid trade back; the last of it closes the trade.

    Without ``out_request_no`` only the whole can be given back, under the order's number.
    The notice goes out after the commit. Raises RefusalError: ACQ.TRADE_NOT_EXIST,
    ACQ.TRADE_STATUS_ERROR (not paid), ACQ.TRADE_HAS_FINISHED, ACQ.REFUND_AMT_NOT_EQUAL_TOTAL
    (more than is left, or a part without a number), ACQ.DISCORDANT_REPEAT_REQUEST (the same
    number with another amount).
    """
    # The lock orders refunds of one trade: each sees what the others have given back.
    trade = SandboxTrade.objects.select_for_update().filter(trade_no=trade_no).first()
    if trade is None:
        raise trade_missing()
    number = out_request_no or trade.out_trade_no
    earlier = SandboxRefund.objects.filter(trade=trade, out_request_no=number).first()
    if earlier is not None:
        if earlier.amount != amount:
            raise failed(
                "ACQ.DISCORDANT_REPEAT_REQUEST", _("This refund number was of another amount.")
            )
        return RefundDone(trade, earlier, is_new=False)
    refusal = _refusal(trade, amount, is_part_allowed=bool(out_request_no))
    if refusal is not None:
        raise refusal
    now = timezone.now()
    refund = SandboxRefund.objects.create(
        trade=trade, out_request_no=number, amount=amount, reason=reason, created_at=now
    )
    trade.refunded_amount += amount
    if trade.refunded_amount == trade.total_amount:
        trade.status, trade.closed_at = TradeStatus.TRADE_CLOSED, now
    trade.save(update_fields=["refunded_amount", "status", "closed_at"])
    refund_notice_write(trade=trade, refund=refund, conf=sandbox_conf())
    transaction.on_commit(wake)
    return RefundDone(trade, refund, is_new=True)


def _refusal(trade: SandboxTrade, amount: Decimal, *, is_part_allowed: bool) -> RefusalError | None:
    if trade.status == TradeStatus.TRADE_FINISHED:
        return failed("ACQ.TRADE_HAS_FINISHED", _("It is too late to refund this trade."))
    if trade.paid_at is None:
        return failed("ACQ.TRADE_STATUS_ERROR", _("This trade is not paid."))
    if amount > trade.refundable_amount:
        return failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", _("This is more than is left to refund."))
    if not is_part_allowed and amount != trade.total_amount:
        return failed(
            "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", _("A refund of a part needs an out_request_no.")
        )
    return None
