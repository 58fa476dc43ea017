"""Orders as files for a spreadsheet: actions of their list (the tables are in exports/)."""

from collections.abc import Callable, Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from utils.spreadsheets.responses import table_response
from utils.spreadsheets.xlsx_stream import Sheet

from ..models import OrderInfo
from .exports.lines import lines_sheet
from .exports.orders import orders_sheet


class OrderExport(admin.ModelAdmin):
    actions: Sequence[str] = (
        "export_orders_xlsx", "export_orders_csv", "export_lines_xlsx", "export_csv",
    )  # fmt: skip

    @admin.action(permissions=["view"], description=_("Export to Excel, a row for each order"))
    def export_orders_xlsx(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> StreamingHttpResponse:
        return _file(orders_sheet, queryset, "orders", "xlsx")

    @admin.action(permissions=["view"], description=_("Export as CSV, a row for each order"))
    def export_orders_csv(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> StreamingHttpResponse:
        return _file(orders_sheet, queryset, "orders", "csv")

    @admin.action(permissions=["view"], description=_("Export to Excel, a row for each line"))
    def export_lines_xlsx(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> StreamingHttpResponse:
        return _file(lines_sheet, queryset, "order-lines", "xlsx")

    @admin.action(permissions=["view"], description=_("Export as CSV, a row for each line"))
    def export_csv(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> StreamingHttpResponse:
        return _file(lines_sheet, queryset, "order-lines", "csv")


def _file(
    make: Callable[[QuerySet[OrderInfo]], Sheet],
    orders: QuerySet[OrderInfo],
    name: str,
    format_: str,
) -> StreamingHttpResponse:
    return table_response([make(orders)], name=name, format=format_)
