"""What belongs to an order, on its page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ..models import OrderGoods, Payment, PaymentNotice
from .cells import change_url, link, payment_badge, refund_list, yuan
from .read_only import ReadOnlyInline


class OrderLineInline(ReadOnlyInline):
    """What was bought, as it was then; seen by whoever may see the order."""

    model = OrderGoods
    readonly_fields = ("goods_link", "one", "goods_num", "amount_shown")
    fields = readonly_fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @admin.display(description=_("goods"))
    def goods_link(self, line: OrderGoods) -> SafeString:
        return link(change_url("goods", line.goods_id, app="goods"), line.name)

    @admin.display(description=_("price"))
    def one(self, line: OrderGoods) -> SafeString:
        return yuan(line.price)

    @admin.display(description=_("amount"))
    def amount_shown(self, line: OrderGoods) -> SafeString:
        return yuan(line.amount)


class PaymentInline(ReadOnlyInline):
    model = Payment
    readonly_fields = ("number", "amount_shown", "state_shown", "paid_at", "refunds_shown", "back")
    fields = readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return super().get_queryset(request).prefetch_related("refunds")

    @admin.display(description=_("trade number"))
    def number(self, payment: Payment) -> SafeString:
        return link(change_url("payment", payment.pk), payment.trade_no)

    @admin.display(description=_("amount"))
    def amount_shown(self, payment: Payment) -> SafeString:
        return yuan(payment.amount)

    @admin.display(description=_("state"))
    def state_shown(self, payment: Payment) -> SafeString:
        return payment_badge(payment)

    @admin.display(description=_("refunds"))
    def refunds_shown(self, payment: Payment) -> SafeString | str:
        return refund_list(payment.refunds.all())

    @admin.display(description=_("given back"))
    def back(self, payment: Payment) -> SafeString:
        return yuan(payment.refunded)


class NoticeInline(ReadOnlyInline):
    model = PaymentNotice
    readonly_fields = ("received", "source", "trade_no", "trade_status", "verdict")
    fields = readonly_fields

    @admin.display(description=_("received"))
    def received(self, notice: PaymentNotice) -> SafeString:
        text = localize(localtime(notice.add_time))
        return link(change_url("paymentnotice", notice.pk), text)
