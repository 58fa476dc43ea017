"""What the warehouse prints: a slip for each parcel, and what to fetch for all of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import OrderInfo
from ..picking import picking_list

# Orders that a browser still prints as one page. Staff print the rest after that.
MOST_SLIPS = 500


class PrintPages(admin.ModelAdmin):
    """For the admin of orders: staff who may view an order may print it."""

    actions: Sequence[str] = ("print_slips", "print_picking_list")

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<int:order_id>/slip/", self.admin_site.admin_view(self.slip_view),
            name="trade_orderinfo_slip",
        )  # fmt: skip
        return [page, *super().get_urls()]

    def slip_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """The packing slip of one order."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._slips(request, OrderInfo.objects.filter(pk=order_id))

    @admin.action(permissions=["view"], description=_("Print packing slips"))
    def print_slips(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> HttpResponse | None:
        count = queryset.count()
        if count > MOST_SLIPS:
            text = ngettext("At most %(most)d slip at once.", "At most %(most)d slips at once.",
                            MOST_SLIPS)  # fmt: skip
            self.message_user(request, text % {"most": MOST_SLIPS}, messages.ERROR)
            return None
        return self._slips(request, queryset)

    @admin.action(permissions=["view"], description=_("Print a picking list"))
    def print_picking_list(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> HttpResponse:
        """The pieces of all chosen orders added up, by goods: any number of orders."""
        rows = picking_list(queryset)
        context = {
            "title": _("Picking list"),
            "rows": rows,
            "orders": queryset.count(),
            "pieces": sum(row.pieces for row in rows),
        }
        return self._print(request, "admin/trade/orderinfo/picking_list.html", context)

    def _slips(self, request: HttpRequest, orders: QuerySet[OrderInfo]) -> HttpResponse:
        wanted = orders.order_by("pk").prefetch_related("lines__goods")
        slips = [
            {"order": order, "pieces": sum(line.goods_num for line in order.lines.all())}
            for order in wanted
        ]
        context = {"title": _("Packing slips"), "slips": slips}
        return self._print(request, "admin/trade/orderinfo/slips.html", context)

    def _print(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        common = {"opts": self.opts, "printed": timezone.localtime()}
        return TemplateResponse(request, template, {**common, **context})
