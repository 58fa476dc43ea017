from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from extra_apps.social_jwt.admin import SocialAccountInline

from .models import UserProfile, VerifyCode


@admin.register(UserProfile)
class UserProfileAdmin(UserAdmin):
    list_display = ["username", "name", "mobile", "gender", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "gender", "social_auth__provider", "groups"]
    search_fields = ["username", "name", "mobile", "email", "social_auth__uid"]
    ordering = ["-date_joined"]
    inlines = [SocialAccountInline]
    fieldsets = [
        *(UserAdmin.fieldsets or ()),
        (_("Shop"), {"fields": ["name", "mobile", "gender", "birthday"]}),
    ]
    add_fieldsets = [
        *UserAdmin.add_fieldsets,
        (_("Shop"), {"fields": ["name", "mobile"]}),
    ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [] if obj is None else self.inlines


@admin.register(VerifyCode)
class VerifyCodeAdmin(admin.ModelAdmin):
    """Whether a code was sent and used, to be read; what it was, nobody knows."""

    list_display = ["mobile", "purpose", "add_time", "tries", "used_time"]
    list_filter = ["purpose", "add_time"]
    search_fields = ["=mobile"]
    fields = ["mobile", "purpose", "add_time", "tries", "used_time"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
