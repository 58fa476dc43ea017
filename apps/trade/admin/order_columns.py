"""What the list of orders shows of each."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.admin.lists import BoundedChangeList

from ..models import OrderInfo, Payment
from ..order_status import PAID, PayStatus
from .cells import (
    DELIVERY_TONES,
    STATUS_TONES,
    badge,
    two_lines,
    when,
    yuan,
)

NOTE_LENGTH = 40


class OrderChangeList(BoundedChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """Read all that the columns show: two queries more, however many orders."""
        super().get_results(request)
        self.result_list: Any = self.result_list.prefetch_related("lines", "payments")


class OrderColumns(admin.ModelAdmin):
    list_display = [
        "number", "recipient", "contents", "total", "status_and_why",
    ]  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return OrderChangeList

    @admin.display(description=_("order number"), ordering="add_time")
    def number(self, order: OrderInfo) -> SafeString:
        return two_lines(order.order_sn, when(order.add_time))

    @admin.display(description=_("recipient"), ordering="signer_name")
    def recipient(self, order: OrderInfo) -> SafeString:
        return two_lines(order.signer_name, order.singer_mobile)

    @admin.display(description=_("pieces, note"))
    def contents(self, order: OrderInfo) -> SafeString:
        lines = list(order.lines.all())
        values = {"pieces": sum(line.goods_num for line in lines), "kinds": len(lines)}
        names = "\n".join(f"{line.name} × {line.goods_num}" for line in lines)
        text = gettext("pieces: %(pieces)d, kinds: %(kinds)d") % values
        shown = format_html('<span title="{}">{}</span>', names, text)
        if not order.post_script:
            return shown
        note = Truncator(order.post_script).chars(NOTE_LENGTH)
        return two_lines(
            shown, format_html('<span class="note" title="{}">{}</span>', order.post_script, note)
        )

    @admin.display(description=_("total"), ordering="order_mount")
    def total(self, order: OrderInfo) -> SafeString:
        total = yuan(order.order_mount)
        if order.pay_status not in PAID or not _is_refunded(order):
            return total
        return two_lines(total, badge(_("partly refunded"), "waiting"))

    @admin.display(description=_("status"), ordering="pay_status")
    def status(self, order: OrderInfo) -> SafeString:
        shown = badge(order.get_pay_status_display(), STATUS_TONES[PayStatus(order.pay_status)])
        if order.status_now != order.pay_status:
            return format_html("{} {}", shown, badge(_("time is over"), "bad"))
        return shown

    @admin.display(description=_("status"), ordering="pay_time")
    def status_and_why(self, order: OrderInfo) -> SafeString:
        """Below the status why it is closed; of a paid order where its goods are, and since when.

        What waits to be shipped waits since it was paid.
        """
        status = self.status(order)
        if order.closed_by:
            return two_lines(status, order.get_closed_by_display())
        if order.pay_status not in PAID:
            return status
        since = when(order.received_at or order.shipped_at or order.pay_time)
        delivery = badge(order.delivery.label, DELIVERY_TONES[order.delivery])
        return two_lines(status, format_html("{} {}", delivery, since))


def _is_refunded(order: OrderInfo) -> bool:
    """Whether some of the money that paid the order went back; of prefetched payments."""
    return any(
        payment.refunded for payment in order.payments.all()
        if payment.state == Payment.State.APPLIED
    )  # fmt: skip
