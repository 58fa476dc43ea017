"""Orders as a file for a spreadsheet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.text.csv_files import csv_stream

from ..models import OrderGoods, OrderInfo, Payment
from ..order_status import Event, PayStatus

HEADER = [
    _("order number"), _("status"), _("ordered"), _("paid"), _("shipped"), _("closed because"),
    _("username"), _("recipient"), _("recipient's mobile"), _("address"), _("buyer's note"),
    _("total"), _("given back"), _("trade number"), _("goods number"), _("goods"), _("price"),
    _("pieces"), _("amount"),
]  # fmt: skip


class OrderExport(admin.ModelAdmin):
    actions: Sequence[str] = ("export_csv",)

    @admin.action(permissions=["view"], description=_("Export as CSV, a row for each line"))
    def export_csv(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> StreamingHttpResponse:
        name = f"orders-{timezone.localtime():%Y%m%d-%H%M}.csv"
        return StreamingHttpResponse(
            csv_stream([str(text) for text in HEADER], order_rows(queryset)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def order_rows(orders: QuerySet[OrderInfo]) -> Iterator[list[Any]]:
    """Yield a row for each line of the orders, the newest order first: one query."""
    labels = dict(PayStatus.choices)
    reasons = {"": "", **dict(Event.choices)}
    given_back = Payment.objects.filter(applied_to=OuterRef("order_id")).values("refunded")
    lines = (
        OrderGoods.objects.filter(order__in=orders.order_by().values("pk"))
        .select_related("order__user", "goods")
        .annotate(given_back=Subquery(given_back))
        .order_by("-order_id", "pk")
    )
    for line in lines.iterator(chunk_size=1000):
        order = line.order
        yield [
            order.order_sn, gettext(str(labels[order.pay_status])), _time(order.add_time),
            _time(order.pay_time), _time(order.shipped_at), reasons[order.closed_by],
            order.user.username, order.signer_name, order.singer_mobile, order.address,
            order.post_script, order.order_mount, _yuan(line.given_back), order.trade_no or "",
            line.goods.goods_sn, line.name, line.price, line.goods_num, line.amount,
        ]  # fmt: skip


def _yuan(amount: Decimal | None) -> str:
    """SQLite computes with more places than the column has."""
    return "" if amount is None else f"{amount:.2f}"


def _time(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""
