from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.users.admin.links import account_link

from ..models import OrderInfo, RefundLine, RefundRequest
from .cells import (
    NONE,
    change_url,
    link,
    order_link,
    request_badge,
    two_lines,
    when,
    yuan,
)
from .decision_page import DecisionPage
from .filters import DateRangeFilter
from .read_only import ReadOnlyAdmin
from .search import IndexedSearchAdmin, buyers_found, orders_found


@admin.register(RefundRequest)
class RefundRequestAdmin(DecisionPage, IndexedSearchAdmin, ReadOnlyAdmin):
    """What buyers ask to have back; those to be decided first.

    To decide takes the permission ``trade.decide_refundrequest``; to give money back, with it,
    ``trade.refund_payment``.
    """

    list_display = [
        "numbers", "amounts", "reason", "state_shown", "asked", "decided",
    ]  # fmt: skip
    list_filter = ["state", "reason", ("add_time", DateRangeFilter)]
    list_display_links = None
    # The open ones have it, and NULL is last: an index gives this order.
    ordering = ["-open_of", "-pk"]
    search_help_text = _("Order number, or mobile of recipient or buyer, whole.")
    readonly_fields = (
        "order_shown", "buyer", "state_shown", "amount_shown", "reason", "description",
        "pictures_shown", "add_time", "reply", "approved", "returned", "refund_shown", "staff",
        "decided_at", "done_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ["order_shown", "buyer", "state_shown", "add_time"]}),
        (_("What the buyer asks for"), {
            "fields": ["amount_shown", "reason", "description", "pictures_shown"],
        }),
        (_("What staff decided"), {
            "fields": [
                "reply", "approved", "returned", "refund_shown", "staff", "decided_at", "done_at",
            ],
        }),
    )  # fmt: skip

    class Media:
        css = {"all": ["trade/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundRequest]:
        return super().get_queryset(request).prefetch_related("order", "staff")

    def get_list_display(self, request: HttpRequest) -> Any:
        if not self.has_decide_permission(request):
            return self.list_display
        # In a column of its own, beside the filters, it would be out of sight.
        return ["state_and_decide" if n == "state_shown" else n for n in self.list_display]

    def get_urls(self) -> Any:
        decide = self.admin_site.admin_view(self.decide_view)
        name = "trade_refundrequest_decide"
        return [path("<int:request_id>/decide/", decide, name=name), *super().get_urls()]

    def found(self, word: str) -> Q:
        orders = OrderInfo.objects.filter(
            Q(singer_mobile=word) | Q(user__in=buyers_found(word)) | Q(pk__in=orders_found(word))
        )
        return Q(order__in=list(orders.values_list("pk", flat=True)))

    @admin.display(description=_("order number"))
    def numbers(self, row: RefundRequest) -> SafeString:
        own = link(change_url("refundrequest", row.pk), _("refund request"))
        return two_lines(order_link(row.order), own)

    @admin.display(description=_("amount"), ordering="amount")
    def amounts(self, row: RefundRequest) -> SafeString:
        asked = yuan(row.amount)
        return asked if row.approved_amount is None else two_lines(asked, self.approved(row))

    @admin.display(description=_("asked for"), ordering="add_time")
    def asked(self, row: RefundRequest) -> str:
        return when(row.add_time)

    @admin.display(description=_("decided"), ordering="decided_at")
    def decided(self, row: RefundRequest) -> SafeString | str:
        return two_lines(when(row.decided_at), row.staff or "") if row.decided_at else NONE

    @admin.display(description=_("state"), ordering="state")
    def state_and_decide(self, row: RefundRequest) -> SafeString:
        if row.state != RefundRequest.State.REQUESTED:
            return request_badge(row)
        url = reverse("admin:trade_refundrequest_decide", args=[row.pk])
        return two_lines(request_badge(row), link(url, _("Decide")))

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, row: RefundRequest) -> SafeString:
        return request_badge(row)

    @admin.display(description=_("order"))
    def order_shown(self, row: RefundRequest) -> SafeString:
        return order_link(row.order)

    @admin.display(description=_("buyer"))
    def buyer(self, row: RefundRequest) -> SafeString:
        return account_link(row.order.user)

    @admin.display(description=_("amount"))
    def amount_shown(self, row: RefundRequest) -> SafeString:
        return yuan(row.amount)

    @admin.display(description=_("approved amount"))
    def approved(self, row: RefundRequest) -> SafeString | str:
        return NONE if row.approved_amount is None else yuan(row.approved_amount)

    @admin.display(description=_("pictures"))
    def pictures_shown(self, row: RefundRequest) -> SafeString | str:
        return pictures(row)

    @admin.display(description=_("refund"))
    def refund_shown(self, row: RefundRequest) -> SafeString | str:
        if row.refund is None:
            return NONE
        return link(change_url("refund", row.refund.pk), row.refund.out_request_no)

    @admin.display(description=_("returned pieces"))
    def returned(self, row: RefundRequest) -> SafeString | str:
        lines = RefundLine.objects.filter(refund=row.refund_id).select_related("line")
        rows = [(line.line.name, line.nums) for line in lines] if row.refund_id else []
        return format_html_join("", "<div>{} × {}</div>", rows) or NONE

    def page_context(self, request: HttpRequest, obj: RefundRequest) -> dict[str, Any]:
        is_open = obj.state == RefundRequest.State.REQUESTED
        return {"may_decide": is_open and self.has_decide_permission(request)}


def pictures(row: RefundRequest) -> SafeString | str:
    """Show a buyer's pictures: files that were judged as they came, and are served as downloads."""
    rows = [(picture.file.url, picture.file.url) for picture in row.pictures.all()]
    shown = '<a href="{}"><img src="{}" alt="" class="buyers-picture" loading="lazy"></a>'
    return format_html_join(" ", shown, rows) or NONE
