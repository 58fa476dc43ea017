from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import PaymentNotice
from ..services.notices import REFUSED, notice_fields
from .cells import NONE, badge, order_link, two_lines, when
from .filters import DateRangeFilter, TradeStatusFilter
from .read_only import ReadOnlyAdmin
from .search import IndexedSearchAdmin

# A forgery may have as many as it likes.
FIELDS_SHOWN = 100


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(IndexedSearchAdmin, ReadOnlyAdmin):
    """What was said of payments, as it came. Anybody can send one: nothing of it is markup."""

    list_display = ["received", "numbers", "trade_status", "verdict_shown", "source"]
    list_filter = ["verdict", "source", TradeStatusFilter, ("add_time", DateRangeFilter)]
    sortable_by = ()  # newest first: other orders would sort the whole table
    search_help_text = _("Order number, trade number or notice id, whole.")
    readonly_fields = (
        "add_time", "repeats", "repeated_at", "source", "verdict_shown", "order_shown",
        "notice_id_shown", "out_trade_no", "trade_no", "trade_status", "parsed", "as_received",
    )  # fmt: skip
    fields = readonly_fields

    class Media:
        css = {"all": ["trade/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("order")

    def found(self, word: str) -> Q:
        return Q(out_trade_no=word) | Q(trade_no=word) | Q(notify_id=word)

    @admin.display(description=_("received"), ordering="add_time")
    def received(self, notice: PaymentNotice) -> SafeString | str:
        first = when(notice.add_time)
        if not notice.repeats:
            return first
        again = _("again ×%(count)d, last %(time)s")
        values = {"count": notice.repeats, "time": when(notice.repeated_at)}
        return two_lines(first, again % values)

    @admin.display(description=_("trade and order number"), ordering="trade_no")
    def numbers(self, notice: PaymentNotice) -> SafeString:
        order = order_link(notice.order) if notice.order else notice.out_trade_no
        return two_lines(notice.trade_no or NONE, order or NONE)

    @admin.display(description=_("verdict"), ordering="verdict")
    def verdict_shown(self, notice: PaymentNotice) -> SafeString:
        verdict = PaymentNotice.Verdict(notice.verdict)
        if verdict in REFUSED or verdict == PaymentNotice.Verdict.FLAGGED:
            tone = "bad"
        else:
            tone = "waiting" if verdict == PaymentNotice.Verdict.RECEIVED else "good"
        return badge(notice.get_verdict_display(), tone)

    @admin.display(description=_("order"))
    def order_shown(self, notice: PaymentNotice) -> SafeString | str:
        return order_link(notice.order) if notice.order else NONE

    @admin.display(description=_("notice id"))
    def notice_id_shown(self, notice: PaymentNotice) -> str:
        return notice.notify_id or NONE

    @admin.display(description=_("its fields"))
    def parsed(self, notice: PaymentNotice) -> SafeString | str:
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", fields_of(notice))
        return format_html('<table class="notice-fields">{}</table>', rows) if rows else NONE

    @admin.display(description=_("as received"))
    def as_received(self, notice: PaymentNotice) -> SafeString:
        return format_html('<pre class="notice-raw">{}</pre>', notice.raw)


def fields_of(notice: PaymentNotice) -> list[tuple[str, str]]:
    """Return what a notice says, by names; nothing when it cannot be read."""
    try:
        fields = notice_fields(notice)
    except (ValueError, AttributeError, RecursionError):
        return []
    return [(str(name), str(value)) for name, value in fields[:FIELDS_SHOWN]]
