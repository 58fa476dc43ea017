"""What the local gateway remembers of the demo's payments, as if they had been made there."""

from apps.trade.models import OrderInfo, Payment, Refund
from extra_apps.alipay_sandbox.models import SandboxRefund, SandboxTrade, TradeStatus
from extra_apps.alipay_sandbox.services.trades import BUYER_ID, BUYER_LOGON_ID


def trade_remember(order: OrderInfo, payment: Payment, refund: Refund | None) -> None:
    """Make the trade of a payment, and what was given back of it, so that it can be refunded."""
    is_over = refund is not None and refund.amount == payment.amount
    trade = SandboxTrade.objects.create(
        trade_no=payment.trade_no,
        out_trade_no=order.order_sn,
        subject=order.order_sn,
        total_amount=payment.amount,
        refunded_amount=refund.amount if refund else 0,
        status=TradeStatus.TRADE_CLOSED if is_over else TradeStatus.TRADE_SUCCESS,
        buyer_id=BUYER_ID,
        buyer_logon_id=BUYER_LOGON_ID,
        time_expire=order.expires_at,
        created_at=order.add_time,
        paid_at=payment.paid_at,
        closed_at=refund.done_at if is_over and refund else None,
    )
    if refund is not None:
        SandboxRefund.objects.create(
            trade=trade,
            out_request_no=refund.out_request_no,
            amount=refund.amount,
            reason=refund.reason,
            created_at=refund.done_at or refund.add_time,
        )
