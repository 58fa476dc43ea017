from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from utils.admin.base import ShopModelAdmin

from ..models import VerifyCode


@admin.register(VerifyCode)
class VerifyCodeAdmin(ShopModelAdmin):
    """Whether a code was sent and used, to be read; what it was, nobody knows."""

    list_display = ["mobile", "purpose", "add_time", "tries", "used_time"]
    list_filter = ["purpose", "add_time"]
    search_fields = ["=mobile"]
    fields = ["mobile", "purpose", "add_time", "tries", "used_time"]
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return not lookup.startswith("code_hash") and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
