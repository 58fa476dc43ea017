"""What stands in cells of the staff's tables."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..models import OrderInfo, Payment, Refund
from ..order_status import PayStatus

NONE = "–"

STATUS_TONES = {
    PayStatus.PAYING: "waiting",
    PayStatus.WAIT_BUYER_PAY: "waiting",
    PayStatus.TRADE_SUCCESS: "good",
    PayStatus.TRADE_FINISHED: "over",
    PayStatus.TRADE_CLOSED: "over",
}
PAYMENT_TONES = {Payment.State.APPLIED: "good", Payment.State.FLAGGED: "bad"}
REFUND_TONES = {
    Refund.State.PENDING: "waiting",
    Refund.State.DONE: "good",
    Refund.State.FAILED: "bad",
}


def badge(text: Any, tone: str) -> SafeString:
    """Return a text with a colour that repeats what it says; ``tone`` is one of admin.css."""
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


def yuan(amount: Decimal) -> SafeString:
    return format_html('<span class="yuan">{}</span>', f"{amount:.2f}")


def link(url: str, text: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def change_url(model_name: str, pk: int, *, app: str = "trade") -> str:
    return reverse(f"admin:{app}_{model_name}_change", args=[pk])


def order_link(order: OrderInfo) -> SafeString:
    return link(change_url("orderinfo", order.pk), order.order_sn)


def payment_badge(payment: Payment) -> SafeString:
    """The state, or of a flagged payment why it is flagged."""
    text = payment.get_flag_display() if payment.flag else payment.get_state_display()
    return badge(text, PAYMENT_TONES[Payment.State(payment.state)])


def refund_badge(refund: Refund) -> SafeString:
    return badge(refund.get_state_display(), REFUND_TONES[Refund.State(refund.state)])


def refund_list(refunds: Iterable[Refund]) -> SafeString | str:
    """Amounts and states, each a link to its refund."""
    rows = [
        (change_url("refund", refund.pk), f"{refund.amount:.2f}", refund_badge(refund))
        for refund in refunds
    ]
    return format_html_join("", '<div><a href="{}">{}</a> {}</div>', rows) or NONE
