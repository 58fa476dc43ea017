from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from utils.admin.base import ShopModelAdmin

from ..models import StockMovement


@admin.register(StockMovement)
class StockMovementAdmin(ShopModelAdmin):
    """The ledger: to be read, never to be written by hand."""

    list_display = ["add_time", "goods", "delta", "reason", "reference"]
    list_filter = ["reason", "add_time"]
    list_select_related = ["goods"]
    search_fields = ["goods__name", "goods__goods_sn", "reference"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
