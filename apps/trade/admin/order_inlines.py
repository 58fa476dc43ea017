"""What belongs to an order, on its page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ..models import OrderGoods, Payment, PaymentNotice, RefundRequest, Shipment
from .cells import badge, change_url, link, payment_badge, refund_list, request_badge, yuan
from .read_only import ReadOnlyInline


class OrderLineInline(ReadOnlyInline):
    """The order's lines as they were bought; visible to staff who may view the order."""

    model = OrderGoods
    readonly_fields = ("goods_link", "one", "goods_num", "returned_num", "amount_shown")
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


class ShipmentInline(ReadOnlyInline):
    """The parcels and their corrections; visible to staff who may view the order."""

    model = Shipment
    fk_name = "order"
    readonly_fields = ("parcel", "shipped_at", "staff", "state", "correct")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may_correct = request.user.has_perm("trade.change_orderinfo")
        return self.readonly_fields if may_correct else self.readonly_fields[:-1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        shipments = super().get_queryset(request)
        return shipments.select_related("staff", "correction").order_by("pk")

    @admin.display(description=_("parcel"))
    def parcel(self, shipment: Shipment) -> SafeString | str:
        page = shipment.tracking_url
        if not page or not shipment.is_current:
            return str(shipment)
        return format_html(
            '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', page, shipment
        )

    @admin.display(description=_("state"))
    def state(self, shipment: Shipment) -> SafeString:
        if not shipment.is_current:
            return badge(_("corrected: %(right)s") % {"right": shipment.correction}, "over")
        return badge(_("current"), "good")

    @admin.display(description="")
    def correct(self, shipment: Shipment) -> SafeString | str:
        if not shipment.is_current:
            return ""
        page = reverse("admin:trade_orderinfo_ship", args=[shipment.order_id])
        return link(f"{page}?correct={shipment.pk}", _("Correct it"))


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


class RefundRequestInline(ReadOnlyInline):
    model = RefundRequest
    readonly_fields = ("asked", "reason", "amount_shown", "state_shown", "reply")
    fields = readonly_fields

    @admin.display(description=_("asked for"))
    def asked(self, request: RefundRequest) -> SafeString:
        text = localize(localtime(request.add_time))
        return link(change_url("refundrequest", request.pk), text)

    @admin.display(description=_("amount"))
    def amount_shown(self, request: RefundRequest) -> SafeString:
        return yuan(request.amount)

    @admin.display(description=_("state"))
    def state_shown(self, request: RefundRequest) -> SafeString:
        return request_badge(request)
