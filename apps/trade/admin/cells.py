"""What stands in cells of the staff's tables."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..models import OrderInfo, Payment, Refund, RefundRequest
from ..order_status import Delivery, PayStatus

NONE = "–"

STATUS_TONES = {
    PayStatus.PAYING: "waiting",
    PayStatus.WAIT_BUYER_PAY: "waiting",
    PayStatus.TRADE_SUCCESS: "good",
    PayStatus.TRADE_FINISHED: "over",
    PayStatus.TRADE_CLOSED: "over",
}
DELIVERY_TONES = {
    Delivery.WAITING: "waiting",
    Delivery.SHIPPED: "good",
    Delivery.RECEIVED: "over",
}
PAYMENT_TONES = {Payment.State.APPLIED: "good", Payment.State.FLAGGED: "bad"}
REFUND_TONES = {
    Refund.State.PENDING: "waiting",
    Refund.State.DONE: "good",
    Refund.State.FAILED: "bad",
}

REQUEST_TONES = {
    RefundRequest.State.REQUESTED: "waiting",
    RefundRequest.State.APPROVED: "waiting",
    RefundRequest.State.DONE: "good",
    RefundRequest.State.REJECTED: "over",
    RefundRequest.State.WITHDRAWN: "over",
    RefundRequest.State.FAILED: "bad",
}


def badge(text: Any, tone: str) -> SafeString:
    """Return a text with a colour that repeats what it says; ``tone`` is one of admin.css."""
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


def yuan(amount: Decimal) -> SafeString:
    return format_html('<span class="yuan">{}</span>', f"{amount:.2f}")


def when(moment: datetime | None) -> str:
    """Local time without seconds, and without the year when it is this one: lists are narrow."""
    if moment is None:
        return NONE
    local = timezone.localtime(moment)
    is_this_year = local.year == timezone.localtime().year
    return f"{local:%m-%d %H:%M}" if is_this_year else f"{local:%Y-%m-%d %H:%M}"


def two_lines(first: Any, second: Any) -> SafeString:
    return format_html('{}<div class="second-line">{}</div>', first, second)


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


def request_badge(request: RefundRequest) -> SafeString:
    return badge(request.get_state_display(), REQUEST_TONES[RefundRequest.State(request.state)])


def refund_list(refunds: Iterable[Refund]) -> SafeString | str:
    """Amounts and states, each a link to its refund."""
    rows = [
        (change_url("refund", refund.pk), f"{refund.amount:.2f}", refund_badge(refund))
        for refund in refunds
    ]
    return format_html_join("", '<div><a href="{}">{}</a> {}</div>', rows) or NONE
