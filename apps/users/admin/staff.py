from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from extra_apps.social_jwt.admin import SocialAccountInline
from utils.admin.base import SuperusersOnly

from ..models import STAFF, StaffAccount
from .accounts import AccountAdmin

# Who takes these from himself may find nobody who gives them back.
FLAGS = ("is_active", "is_staff", "is_superuser")


@admin.register(StaffAccount)
class StaffAccountAdmin(SuperusersOnly, AccountAdmin, UserAdmin):
    """Who works here, with which roles; passwords and flags too. For superusers."""

    list_display = ["username", "name", "mobile", "is_superuser", "is_active", "last_login"]
    list_filter = ["is_active", "is_superuser", "groups"]
    search_fields = ["username", "name", "mobile", "email"]
    inlines = [SocialAccountInline]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "mobile", "email"]}),
        (_("What they may do"), {"fields": ["groups", *FLAGS, "user_permissions"]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        *UserAdmin.add_fieldsets,
        (_("Shop"), {"fields": ["name", "mobile", "groups"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAccount]:
        return super().get_queryset(request).filter(STAFF)

    def get_readonly_fields(self, request: HttpRequest, obj: StaffAccount | None = None) -> Any:
        own = FLAGS if obj is not None and obj.pk == request.user.pk else ()
        return [*self.readonly_fields, *own]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_own = obj is not None and obj.pk == request.user.pk
        return not is_own and super().has_delete_permission(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[StaffAccount]) -> None:
        assert request.user.pk is not None
        super().delete_queryset(request, queryset.exclude(pk=request.user.pk))
