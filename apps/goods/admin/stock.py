from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.admin.read_only import ReadOnlyAdmin
from utils.journal.entries import journal_url

from ..models import Goods, StockMovement


def stock_links(goods: Goods) -> SafeString | str:
    """Return links to the ledger of goods, and to their changes in the journal."""
    if goods.pk is None:
        return ""
    ledger = reverse("admin:goods_stockmovement_changelist")
    return format_html(
        '<a href="{}?goods__id__exact={}">{}</a> · <a href="{}">{}</a>',
        ledger, goods.pk, _("stock ledger"), journal_url(Goods, goods.pk), _("changes by staff"),
    )  # fmt: skip


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """The ledger: to be read, never to be written by hand."""

    list_display = ["add_time", "goods_name", "delta", "reason", "cause", "note", "staff",
                    "caused_by"]  # fmt: skip
    fields = ("add_time", "goods_name", "delta", "reason", "cause", "note", "staff", "caused_by")
    readonly_fields = ("goods_name", "caused_by")
    list_filter = ["reason", "cause", "add_time"]
    search_fields = ["reference"]
    search_help_text = _("Article number, name of goods, or reference.")
    list_per_page = 100
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        # Not select_related(): MariaDB would start at the goods, and sort the whole ledger.
        return super().get_queryset(request).prefetch_related("goods", "staff")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Filters that an index answers, one at a time."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Goods.objects.ids_called(term)
        if found:
            return queryset.filter(goods__in=found), False
        return queryset.filter(reference=term), False

    @admin.display(description=_("reference"))
    def caused_by(self, movement: StockMovement) -> str:
        """An order's number as it is; the shop's own references in words."""
        kind, _colon, key = movement.reference.partition(":")
        if kind == "import" and key:
            return gettext("Import %(number)s") % {"number": key}
        if kind == "cart" and key:
            return gettext("cart of buyer %(number)s") % {"number": key}
        return "" if kind == "admin" else movement.reference

    @admin.display(description=_("goods"))
    def goods_name(self, movement: StockMovement) -> SafeString:
        url = reverse("admin:goods_goods_change", args=[movement.goods_id])
        return format_html('<a href="{}">{}</a>', url, movement.goods)
