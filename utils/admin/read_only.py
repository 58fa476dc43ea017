"""Pages of rows that are read by staff and written by services alone, superusers or not."""

from typing import Any

from django.http import HttpRequest

from .base import ShopModelAdmin


class NeverDeletedAdmin(ShopModelAdmin):
    """No row is added or deleted by hand, be it by a page or by an action."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(NeverDeletedAdmin):
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
