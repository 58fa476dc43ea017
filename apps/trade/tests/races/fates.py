"""What became of an order that was cancelled, swept and paid at once."""

from apps.trade.models import OrderInfo, Payment
from apps.trade.order_status import PayStatus

from .cashier import is_paid_at_gateway

State, Flag = Payment.State, Payment.Flag

PAID, CLOSED, FLAGGED, LOST = "paid", "closed", "flagged", "lost"


def fate(order: OrderInfo) -> str:
    """Return PAID, CLOSED (nobody paid), FLAGGED (closed; the money is kept); else LOST.

    LOST is whatever must not be: money without a payment, a paid order without its stock.
    """
    order = OrderInfo.objects.get(pk=order.pk)
    payments = list(order.payments.values_list("state", "flag"))
    seen = (order.pay_status, order.holds_stock, payments, is_paid_at_gateway(order))
    if seen == (PayStatus.TRADE_SUCCESS, True, [(State.APPLIED, "")], True):
        return PAID
    if seen == (PayStatus.TRADE_CLOSED, False, [], False):
        return CLOSED
    if seen == (PayStatus.TRADE_CLOSED, False, [(State.FLAGGED, Flag.SOLD_OUT)], True):
        return FLAGGED
    return LOST
