"""The tabs above the list of orders: what an order waits for, and how many do."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from ..buyer_status import COUNTED_TABS, Tab
from ..models import OrderInfo

# Those that wait for somebody are counted; the others only grow.
TABS = (Tab.TO_SHIP, Tab.TO_PAY, Tab.TO_RECEIVE, Tab.REFUNDING, Tab.RECEIVED)


class OrderTabFilter(admin.SimpleListFilter):
    """``?tab=``: shown above the list and not beside it."""

    title = _("what it waits for")
    parameter_name = "tab"
    template = "admin/trade/not_beside.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Tab.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        orders: Any = queryset
        return orders.in_tab(Tab(chosen), timezone.now()) if chosen in Tab.values else orders


class OrderTabs(admin.ModelAdmin):
    """For the admin of orders: puts ``tabs`` into the context of its list."""

    change_list_template = "admin/trade/orderinfo/change_list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None
    ) -> Any:
        # Lazy: most actions do not show the list again.
        tabs = SimpleLazyObject(lambda: tabs_of(request))
        context = {"tabs": tabs, "may_ship": self.has_change_permission(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})


def tabs_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Return name, address and number of each tab: four queries."""
    chosen = request.GET.get(OrderTabFilter.parameter_name, "")
    tabs: list[dict[str, Any]] = [{"name": _("all orders"), "url": "?", "is_chosen": not chosen}]
    now = timezone.now()
    for tab in TABS:
        # Each by its index: one query for all would read every order.
        is_counted = tab in COUNTED_TABS
        tabs.append({
            "name": tab.label, "url": f"?tab={tab.value}", "is_chosen": chosen == tab.value,
            "count": OrderInfo.objects.in_tab(tab, now).count() if is_counted else None,
        })  # fmt: skip
    return tabs
