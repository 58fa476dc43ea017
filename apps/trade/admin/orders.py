from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.users.admin.links import account_link

from ..models import OrderGoods, OrderInfo, Payment
from ..order_status import PAID, PayStatus
from ..services.orders import DESTINATION_FIELDS, AddressFixedError, order_change_address
from .cells import NONE, STATUS_TONES, badge, link, two_lines, when, yuan
from .filters import DateRangeFilter, OrderFlaggedFilter, ShippedFilter
from .order_actions import OrderActions
from .order_export import OrderExport
from .order_inlines import NoticeInline, OrderLineInline, PaymentInline
from .read_only import NeverDeletedAdmin
from .search import IndexedSearchAdmin, buyers_found


@admin.register(OrderInfo)
class OrderAdmin(OrderActions, OrderExport, IndexedSearchAdmin, NeverDeletedAdmin):
    """Orders are moved by actions; by hand only their destination is corrected.

    All else on the page is a record: of what was bought, of what was paid, of what the buyer
    wrote. Where an order goes staff must correct when its buyer calls, until it has left.
    """

    actions = (*OrderActions.actions, *OrderExport.actions)
    list_display = [
        "order_sn", "user", "total", "status_and_why", "paid", "shipped", "ordered",
    ]  # fmt: skip
    list_filter = [
        "pay_status", ShippedFilter, OrderFlaggedFilter, "closed_by", ("add_time", DateRangeFilter),
    ]  # fmt: skip
    list_select_related = ["user"]
    search_help_text = _(
        "Order number (or its beginning), trade number, mobile of recipient or buyer, username, "
        "name of goods."
    )
    inlines = [OrderLineInline, PaymentInline, NoticeInline]
    fieldsets = [
        (None, {"fields": ["order_sn", "buyer", "total", "status", "closed_by", "add_time"]}),
        (_("Delivery"), {"fields": [*DESTINATION_FIELDS, "post_script", "shipped_at"]}),
        (_("Payment"), {"fields": ["expires_at", "pay_time", "trade_no", "asked_at"]}),
        (_("Stock"), {"fields": ["holds_stock", "movements", "is_hidden"]}),
    ]  # fmt: skip
    readonly_fields = [
        "order_sn", "buyer", "total", "status", "closed_by", "add_time", "post_script",
        "shipped_at", "expires_at", "pay_time", "trade_no", "asked_at", "holds_stock", "movements",
        "is_hidden",
    ]  # fmt: skip

    class Media:
        css = {"all": ["trade/admin.css"]}

    @admin.display(description=_("buyer"), ordering="user")
    def buyer(self, order: OrderInfo) -> SafeString:
        return account_link(order.user)

    @admin.display(description=_("total"), ordering="order_mount")
    def total(self, order: OrderInfo) -> SafeString:
        return yuan(order.order_mount)

    @admin.display(description=_("status"), ordering="pay_status")
    def status(self, order: OrderInfo) -> SafeString:
        shown = badge(order.get_pay_status_display(), STATUS_TONES[PayStatus(order.pay_status)])
        if order.status_now != order.pay_status:
            return format_html("{} {}", shown, badge(_("time is over"), "bad"))
        return shown

    @admin.display(description=_("status"), ordering="pay_status")
    def status_and_why(self, order: OrderInfo) -> SafeString:
        status = self.status(order)
        return two_lines(status, order.get_closed_by_display()) if order.closed_by else status

    @admin.display(description=_("paid"), ordering="pay_time")
    def paid(self, order: OrderInfo) -> str:
        return when(order.pay_time)

    @admin.display(description=_("shipped"), ordering="shipped_at")
    def shipped(self, order: OrderInfo) -> str:
        return when(order.shipped_at)

    @admin.display(description=_("ordered"), ordering="add_time")
    def ordered(self, order: OrderInfo) -> str:
        return when(order.add_time)

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

    def found(self, word: str) -> Q:
        of_payments = Payment.objects.filter(trade_no=word).values_list("order_id", flat=True)
        found = (
            Q(order_sn__startswith=word)
            | Q(singer_mobile=word)
            | Q(trade_no=word)
            | Q(user__in=buyers_found(word))
            | Q(pk__in=list(of_payments))
        )
        if word.isdecimal():
            return found
        # By today's name, among some hundred goods, not by the name on every line ever sold.
        goods = Goods.objects.filter(name__icontains=word).values_list("pk", flat=True)
        lines = OrderGoods.objects.filter(goods__in=list(goods))
        return found | Q(pk__in=lines.values("order_id"))

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
            # It was shipped or closed while the form was open.
            self.message_user(request, str(error), level=messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None:
            may_change = self.has_change_permission(request, obj)
            context["show_save"] = context["show_save_and_continue"] = obj.address_can_change
            context["order_actions"] = self._actions_for(obj) if may_change else []
            context["list_url"] = reverse("admin:trade_orderinfo_changelist")
            if request.user.has_perm("trade.refund_payment"):
                applied = obj.payments.filter(state=Payment.State.APPLIED).first()
                context["refundable_payment"] = applied
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _actions_for(self, order: OrderInfo) -> list[tuple[str, Any]]:
        """Return the actions that make sense for an order, with their names."""
        wanted = ["ask_gateway"]
        if order.is_unpaid:
            wanted.append("close_unpaid")
        if order.pay_status in PAID and order.shipped_at is None:
            wanted.append("mark_shipped")
        return [(name, getattr(type(self), name).short_description) for name in wanted]
