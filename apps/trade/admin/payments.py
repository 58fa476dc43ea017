from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Payment, Refund
from ..services.refunds import refund_token_make, refundable
from . import confirmation
from .cells import (
    NONE,
    change_url,
    link,
    order_link,
    payment_badge,
    refund_list,
    two_lines,
    when,
    yuan,
)
from .exports.money_page import MoneyExport
from .filters import DateRangeFilter, PaymentFlaggedFilter
from .read_only import ReadOnlyAdmin
from .refund_page import RefundPage, is_token, reason_of, refund_make, rest_tell
from .search import IndexedSearchAdmin, orders_found

# Each waits for the gateway.
REFUNDS_AT_ONCE = 20


@admin.register(Payment)
class PaymentAdmin(MoneyExport, RefundPage, IndexedSearchAdmin, ReadOnlyAdmin):
    """What came in. To give money back takes the permission ``trade.refund_payment``."""

    list_display = [
        "numbers", "amount_shown", "state_shown", "paid", "refunds_shown",
    ]  # fmt: skip
    list_filter = [PaymentFlaggedFilter, "state", "flag", ("paid_at", DateRangeFilter)]
    list_display_links = None
    list_select_related = ["order"]
    search_help_text = _("Trade number or order number, whole.")
    readonly_fields = (
        "trade_no", "order_shown", "amount_shown", "state_shown", "paid_at", "add_time", "back",
        "refunds_shown",
    )  # fmt: skip
    fields = readonly_fields
    actions = ("give_back_flagged",)

    class Media:
        css = {"all": ["trade/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return super().get_queryset(request).prefetch_related("refunds")

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = [*self.list_display]
        return [*columns, "refund_button"] if self.has_refund_permission(request) else columns

    def found(self, word: str) -> Q:
        return Q(trade_no=word) | Q(order__in=orders_found(word))

    @admin.display(description=_("trade and order number"), ordering="trade_no")
    def numbers(self, payment: Payment) -> SafeString:
        own = link(change_url("payment", payment.pk), payment.trade_no)
        return two_lines(own, order_link(payment.order))

    @admin.display(description=_("paid"), ordering="paid_at")
    def paid(self, payment: Payment) -> str:
        return when(payment.paid_at)

    @admin.display(description=_("order"))
    def order_shown(self, payment: Payment) -> SafeString:
        return order_link(payment.order)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, payment: Payment) -> SafeString:
        return yuan(payment.amount)

    @admin.display(description=_("state"), ordering="flag")
    def state_shown(self, payment: Payment) -> SafeString:
        return payment_badge(payment)

    @admin.display(description=_("given back"), ordering="refunded")
    def back(self, payment: Payment) -> SafeString:
        return yuan(payment.refunded)

    @admin.display(description=_("refunds"))
    def refunds_shown(self, payment: Payment) -> SafeString | str:
        return refund_list(payment.refunds.all())

    @admin.display(description="")
    def refund_button(self, payment: Payment) -> SafeString | str:
        left = refundable(payment)
        if not left:
            return NONE
        url = reverse("admin:trade_payment_refund", args=[payment.pk])
        return link(url, format_html("{}", _("Give money back")))

    @admin.action(permissions=["refund"], description=_("Give all back of money that pays nothing"))
    def give_back_flagged(
        self, request: HttpRequest, queryset: QuerySet[Payment]
    ) -> HttpResponse | None:
        """Refund all that is left of flagged payments.

        The confirmed page says which amounts were seen, and under which token: sent twice,
        or after somebody else has refunded, it gives back nothing more.
        """
        payments = list(queryset.select_related("order").order_by("pk")[: REFUNDS_AT_ONCE + 1])
        if len(payments) > REFUNDS_AT_ONCE:
            text = _("At most %(count)d payments at once; nothing was changed.")
            self.message_user(request, text % {"count": REFUNDS_AT_ONCE}, messages.ERROR)
            return None
        if any(payment.state != Payment.State.FLAGGED for payment in payments):
            text = _("Choose flagged payments alone: what pays an order is refunded on its page.")
            self.message_user(request, text, messages.ERROR)
            return None
        if not confirmation.is_confirmed(request):
            return self._ask(request, [payment for payment in payments if refundable(payment)])
        token = request.POST.get("token", "")
        for number, payment in enumerate(payments, 1):
            amount = _amount(request.POST.get(f"amount_{payment.pk}", ""))
            if amount is None or not is_token(token):
                continue
            refund = refund_make(
                self, request, payment, amount=amount, reason=reason_of(payment), token=token
            )
            if refund is not None and refund.state == Refund.State.PENDING:
                # The gateway is silent: it would be so about the others.
                rest_tell(self, request, payments[number:])
                break
        return None

    def _ask(self, request: HttpRequest, payments: list[Payment]) -> HttpResponse | None:
        if not payments:
            self.message_user(request, _("Nothing is left of these payments."), messages.WARNING)
            return None
        left = {payment.pk: refundable(payment) for payment in payments}
        rows = [
            (payment.pk, f"{payment.trade_no} · {payment.order.order_sn} · {left[payment.pk]:.2f}")
            for payment in payments
        ]
        question = _("Give %(sum)s yuan back to the buyers of these payments?")
        return confirmation.ask(
            self, request, action="give_back_flagged", rows=rows,
            question=question % {"sum": f"{sum(left.values(), Decimal(0)):.2f}"},
            extra={"token": refund_token_make(),
                   **{f"amount_{pk}": f"{amount:.2f}" for pk, amount in left.items()}},
        )  # fmt: skip

    def get_urls(self) -> Any:
        refund = self.admin_site.admin_view(self.refund_view)
        name = "trade_payment_refund"
        return [path("<int:payment_id>/refund/", refund, name=name), *super().get_urls()]

    def page_context(self, request: HttpRequest, obj: Payment) -> dict[str, Any]:
        return {"may_refund": self.has_refund_permission(request) and refundable(obj) > 0}


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None
