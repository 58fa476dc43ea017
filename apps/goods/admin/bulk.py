"""What staff do to many goods at once. Every change is in the history of its goods."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from utils.db.transactions import atomic_retry_on_deadlock
from utils.text.language import in_shop_language

from ..models import Goods
from ..services.catalogue import goods_set_flag
from .bulk_category import CategoryPage
from .bulk_prices import PricesPage
from .history import log_goods

# Of one page: its form names them all.
MOST_GOODS = 2_000


class GoodsBulkActions(PricesPage, CategoryPage, admin.ModelAdmin):
    actions: Sequence[str] = [
        "put_on_shelf", "take_off_shelf", "mark_new", "unmark_new", "mark_hot", "unmark_hot",
        "change_category", "change_prices",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("prices/", view(self.prices_view), name="goods_goods_prices"),
            path("category/", view(self.category_view), name="goods_goods_category"),
            *super().get_urls(),
        ]

    @admin.action(permissions=["change"], description=_("Put on the shelf"))
    def put_on_shelf(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._flag(request, queryset, "is_on_sale", True, _("Put on the shelf."))

    @admin.action(permissions=["change"], description=_("Take off the shelf"))
    def take_off_shelf(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._flag(request, queryset, "is_on_sale", False, _("Taken off the shelf."))

    @admin.action(permissions=["change"], description=_("Mark as new"))
    def mark_new(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._flag(request, queryset, "is_new", True, _("Marked as new."))

    @admin.action(permissions=["change"], description=_("No longer new"))
    def unmark_new(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._flag(request, queryset, "is_new", False, _("No longer marked as new."))

    @admin.action(permissions=["change"], description=_("Mark as hot"))
    def mark_hot(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._flag(request, queryset, "is_hot", True, _("Marked as hot."))

    @admin.action(permissions=["change"], description=_("No longer hot"))
    def unmark_hot(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._flag(request, queryset, "is_hot", False, _("No longer marked as hot."))

    @admin.action(permissions=["change"], description=_("Move to a category…"))
    def change_category(
        self, request: HttpRequest, queryset: QuerySet[Goods]
    ) -> HttpResponse | None:
        keys = self._keys(request, queryset)
        return self.category_page(request, keys) if keys else None

    @admin.action(permissions=["change"], description=_("Change prices…"))
    def change_prices(self, request: HttpRequest, queryset: QuerySet[Goods]) -> HttpResponse | None:
        keys = self._keys(request, queryset)
        return self.prices_page(request, keys) if keys else None

    def _keys(self, request: HttpRequest, queryset: QuerySet[Goods]) -> Iterable[int]:
        """Return the keys of the goods that were chosen; nothing if they are too many."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_GOODS + 1])
        if len(keys) <= MOST_GOODS:
            return keys
        text = _("At most %(count)d goods at once; nothing was changed.")
        self.message_user(request, text % {"count": MOST_GOODS}, messages.ERROR)
        return ()

    def _flag(
        self, request: HttpRequest, queryset: QuerySet[Goods], flag: str, value: bool, text: Any
    ) -> None:
        with in_shop_language():
            entry = str(text)
        keys = list(queryset.values_list("pk", flat=True))
        changed = _flag_set(request, keys, flag, value, entry)
        self.message_user(request, _("%(count)d goods changed.") % {"count": changed})


@atomic_retry_on_deadlock
def _flag_set(request: HttpRequest, keys: list[int], flag: str, value: bool, entry: str) -> int:
    """Set a flag, with the history of each; return for how many goods."""
    changed = goods_set_flag(goods_ids=keys, flag=flag, value=value)
    log_goods(request, dict.fromkeys(changed, entry))
    return len(changed)
