from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.text.language import in_shop_language

from ..models import Payment, Refund
from ..services.refunds import refund_send
from .cells import change_url, link, order_link, refund_badge, two_lines, when, yuan
from .filters import DateRangeFilter
from .read_only import ReadOnlyAdmin
from .refund_page import refund_tell, rest_tell
from .search import IndexedSearchAdmin, orders_found

# Each waits for the gateway.
REFUNDS_AT_ONCE = 20


@admin.register(Refund)
class RefundAdmin(IndexedSearchAdmin, ReadOnlyAdmin):
    """What goes back. A refund under way may be asked for again: its number moves money once."""

    list_display = [
        "numbers", "amount_shown", "state_shown", "opened", "done",
    ]  # fmt: skip
    list_filter = ["state", ("add_time", DateRangeFilter)]
    list_display_links = None
    list_select_related = ["payment__order", "staff"]
    search_help_text = _("Refund number (or its beginning), trade number or order number, whole.")
    readonly_fields = (
        "out_request_no", "payment_shown", "order_shown", "amount_shown", "reason", "state_shown",
        "answer", "tries", "staff", "add_time", "asked_at", "done_at",
    )  # fmt: skip
    fields = readonly_fields
    actions = ("ask_again",)

    class Media:
        css = {"all": ["trade/admin.css"]}

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("trade.refund_payment")

    def found(self, word: str) -> Q:
        payments = Payment.objects.filter(Q(trade_no=word) | Q(order__in=orders_found(word)))
        return Q(out_request_no__startswith=word) | Q(
            payment__in=list(payments.values_list("pk", flat=True))
        )

    @admin.display(description=_("refund and order number"), ordering="out_request_no")
    def numbers(self, refund: Refund) -> SafeString:
        own = link(change_url("refund", refund.pk), refund.out_request_no)
        return two_lines(own, order_link(refund.payment.order))

    @admin.display(description=_("asked for"), ordering="add_time")
    def opened(self, refund: Refund) -> SafeString:
        return two_lines(when(refund.add_time), refund.staff or "Alipay")

    @admin.display(description=_("done at"), ordering="done_at")
    def done(self, refund: Refund) -> str:
        return when(refund.done_at)

    @admin.display(description=_("payment"))
    def payment_shown(self, refund: Refund) -> SafeString:
        return link(change_url("payment", refund.payment_id), refund.payment.trade_no)

    @admin.display(description=_("order"))
    def order_shown(self, refund: Refund) -> SafeString:
        return order_link(refund.payment.order)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, refund: Refund) -> SafeString:
        return yuan(refund.amount)

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, refund: Refund) -> SafeString:
        return refund_badge(refund)

    @admin.action(permissions=["refund"], description=_("Ask Alipay again for what is under way"))
    def ask_again(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        refunds = list(queryset.order_by("pk")[: REFUNDS_AT_ONCE + 1])
        if len(refunds) > REFUNDS_AT_ONCE:
            text = _("At most %(count)d refunds at once; nothing was changed.")
            self.message_user(request, text % {"count": REFUNDS_AT_ONCE}, messages.ERROR)
            return
        for number, refund in enumerate(refunds, 1):
            sent = refund_send(refund_id=refund.pk)
            if refund.state == Refund.State.PENDING:
                with in_shop_language():
                    entry = gettext("Alipay was asked again; the refund is now: %(state)s")
                    entry %= {"state": sent.get_state_display()}
                self.log_change(request, sent, entry)
            refund_tell(self, request, sent)
            if sent.state == Refund.State.PENDING:
                # The gateway is silent: it would be so about the others.
                rest_tell(self, request, refunds[number:])
                break
