from typing import Any

from django.contrib import admin

from utils.admin.read_only import ReadOnlyAdmin

from ..models import VerifyCode


@admin.register(VerifyCode)
class VerifyCodeAdmin(ReadOnlyAdmin):
    """Whether a code was sent and used, to be read; what it was, nobody knows."""

    list_display = ["mobile", "purpose", "add_time", "tries", "used_time"]
    list_filter = ["purpose", "add_time"]
    search_fields = ["=mobile"]
    fields = ["mobile", "purpose", "add_time", "tries", "used_time"]
    list_per_page = 100

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return not lookup.startswith("code_hash") and super().lookup_allowed(lookup, value, request)
