"""What trade shows about a buyer on the buyer's page: orders, money back, what is held."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.users.admin.panels import ROWS, Panel, panel_register
from apps.users.models import UserProfile

from ..models import CartLine, OrderInfo, Refund, RefundRequest
from ..order_status import PayStatus
from .cells import (
    STATUS_TONES,
    badge,
    change_url,
    link,
    order_link,
    refund_badge,
    request_badge,
    when,
    yuan,
)


def orders_panel(buyer: UserProfile) -> Panel:
    orders = OrderInfo.objects.filter(user=buyer).order_by("-pk")[:ROWS]
    return Panel(
        title=_("Orders"),
        headers=[_("order number"), _("ordered"), _("total"), _("status")],
        rows=[
            (order_link(order), when(order.add_time), yuan(order.order_mount), _status(order))
            for order in orders
        ],
        url=_list("orderinfo", user__id__exact=buyer.pk),
    )


def requests_panel(buyer: UserProfile) -> Panel:
    rows = RefundRequest.objects.of_buyer(buyer.pk).prefetch_related("order")[:ROWS]
    return Panel(
        title=_("Refund requests"),
        headers=[_("order number"), _("asked for"), _("amount"), _("reason"), _("state")],
        rows=[
            (
                link(change_url("refundrequest", row.pk), row.order.order_sn), when(row.add_time),
                yuan(row.amount), row.get_reason_display(), request_badge(row),
            )
            for row in rows
        ],
    )  # fmt: skip


def refunds_panel(buyer: UserProfile) -> Panel:
    refunds = Refund.objects.filter(payment__order__user=buyer).order_by("-pk")[:ROWS]
    return Panel(
        title=_("Refunds"),
        headers=[_("refund number"), _("asked for"), _("amount"), _("reason"), _("state")],
        rows=[
            (
                link(change_url("refund", refund.pk), refund.out_request_no),
                when(refund.add_time), yuan(refund.amount), refund.reason, refund_badge(refund),
            )
            for refund in refunds
        ],
    )  # fmt: skip


def holds_panel(buyer: UserProfile) -> Panel:
    held = CartLine.objects.filter(user=buyer, held_until__gt=timezone.now())
    return Panel(
        title=_("Held in the cart"),
        headers=[_("goods"), _("pieces"), _("until")],
        rows=[
            (line.goods.name, line.nums, when(line.held_until))
            for line in held.prefetch_related("goods").order_by("held_until")[:ROWS]
        ],
        url=_list("cartline", hold="held", user__id__exact=buyer.pk),
    )


def _status(order: OrderInfo) -> SafeString:
    return badge(order.get_pay_status_display(), STATUS_TONES[PayStatus(order.pay_status)])


def _list(model_name: str, **filters: object) -> str:
    return f"{reverse(f'admin:trade_{model_name}_changelist')}?{urlencode(filters)}"


panel_register("orders", place=1, permission="trade.view_orderinfo", make=orders_panel)
panel_register(
    "refund_requests", place=3, permission="trade.view_refundrequest", make=requests_panel
)
panel_register("refunds", place=4, permission="trade.view_refund", make=refunds_panel)
panel_register("holds", place=5, permission="trade.view_cartline", make=holds_panel)
