"""Rows that are read by staff and written by services alone, superusers or not."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from utils.admin.read_only import NeverDeletedAdmin, ReadOnlyAdmin

__all__ = ["NeverDeletedAdmin", "ReadOnlyAdmin", "ReadOnlyInline"]


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    max_num = 0
    can_delete = False
    classes = ("trade-lines",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
