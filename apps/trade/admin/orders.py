from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.users.admin.links import account_link

from ..models import OrderInfo, Payment
from ..order_status import PAID
from ..services.orders import DESTINATION_FIELDS, AddressFixedError, order_change_address
from .cells import NONE, link, yuan
from .filters import DateRangeFilter, OrderFlaggedFilter
from .order_actions import OrderActions
from .order_columns import OrderColumns
from .order_export import OrderExport
from .order_inlines import (
    NoticeInline,
    OrderLineInline,
    PaymentInline,
    RefundRequestInline,
    ShipmentInline,
)
from .order_search import OrderSearch
from .order_tabs import OrderTabFilter, OrderTabs
from .print_pages import PrintPages
from .read_only import NeverDeletedAdmin
from .ship_file import ShipFile


@admin.register(OrderInfo)
class OrderAdmin(
    OrderColumns,
    OrderTabs,
    OrderActions,
    ShipFile,
    PrintPages,
    OrderExport,
    OrderSearch,
    NeverDeletedAdmin,
):
    """Orders are moved by actions; by hand only their destination is corrected.

    All else on the page is a record: of what was bought, of what was paid, of what the buyer
    wrote. Where an order goes staff must correct when its buyer calls, until it has left.
    """

    actions = ("ship_orders", *PrintPages.actions, *OrderActions.actions, *OrderExport.actions)
    list_filter = [
        OrderTabFilter, ("add_time", DateRangeFilter), "pay_status", OrderFlaggedFilter,
        "closed_by",
    ]  # fmt: skip
    inlines = [OrderLineInline, ShipmentInline, RefundRequestInline, PaymentInline, NoticeInline]
    fieldsets = [
        (None, {"fields": [
            "order_sn", "buyer", "goods_cost", "freight", "total", "status", "closed_by",
            "cancel_reason", "add_time",
        ]}),
        (_("Delivery"), {"fields": [
            *DESTINATION_FIELDS, "post_script", "shipped_at", "received_at", "received_by",
        ]}),
        (_("Payment"), {"fields": ["expires_at", "pay_time", "trade_no", "asked_at"]}),
        (_("Stock"), {"fields": ["holds_stock", "movements", "is_hidden"]}),
    ]  # fmt: skip
    readonly_fields = [
        "order_sn", "buyer", "goods_cost", "freight", "total", "status", "closed_by",
        "cancel_reason", "add_time", "post_script", "shipped_at", "received_at", "received_by",
        "expires_at", "pay_time", "trade_no", "asked_at", "holds_stock", "movements", "is_hidden",
    ]  # fmt: skip

    class Media:
        css = {"all": ["trade/admin.css", "trade/orders.css"]}

    @admin.display(description=_("buyer"), ordering="user")
    def buyer(self, order: OrderInfo) -> SafeString:
        return account_link(order.user)

    @admin.display(description=_("goods amount"))
    def goods_cost(self, order: OrderInfo) -> SafeString:
        return yuan(order.goods_amount)

    @admin.display(description=_("freight"))
    def freight(self, order: OrderInfo) -> SafeString:
        return yuan(order.freight_amount)

    @admin.display(description=_("stock movements"))
    def movements(self, order: OrderInfo) -> SafeString | str:
        """Those of the order; what it took over from the cart stands there as the cart's."""
        if order.pk is None:
            return NONE
        ledger = reverse("admin:goods_stockmovement_changelist")
        carts = urlencode({"reference__exact": f"cart:{order.user_id}"})
        own = urlencode({"reference__exact": order.order_sn})
        return format_html(
            "{} · {}",
            link(f"{ledger}?{own}", _("of this order")),
            link(f"{ledger}?{carts}", _("of the buyer's cart")),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: OrderInfo | None = None) -> Any:
        fixed = () if obj is None or obj.address_can_change else DESTINATION_FIELDS
        return [*self.readonly_fields, *fixed]

    def save_model(self, request: HttpRequest, obj: OrderInfo, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        order_change_address(order_id=obj.pk, fields=fields)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except AddressFixedError as error:
            # The order was shipped or closed while the form was open.
            self.message_user(request, str(error), level=messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def page_context(self, request: HttpRequest, obj: OrderInfo) -> dict[str, Any]:
        may_change = self.has_change_permission(request, obj)
        context = {
            "show_save": obj.address_can_change,
            "show_save_and_continue": obj.address_can_change,
            "order_actions": self._actions_for(obj) if may_change else [],
            "may_ship": may_change and obj.pay_status in PAID,
            "list_url": reverse("admin:trade_orderinfo_changelist"),
        }
        if request.user.has_perm("trade.refund_payment"):
            applied = obj.payments.filter(state=Payment.State.APPLIED).first()
            context["refundable_payment"] = applied
        return context

    def _actions_for(self, order: OrderInfo) -> list[tuple[str, Any]]:
        """Return the actions that make sense for an order, with their names."""
        wanted = ["ask_gateway"]
        if order.is_unpaid:
            wanted.append("close_unpaid")
        return [(name, getattr(type(self), name).short_description) for name in wanted]
