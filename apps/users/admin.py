from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from extra_apps.social_jwt.admin import ProviderFilter, SocialAccountInline

from .closed_accounts import ClosedAccountsMixin
from .models import UserProfile, VerifyCode
from .services.accounts import accounts_deactivate


@admin.register(UserProfile)
class UserProfileAdmin(ClosedAccountsMixin, UserAdmin):
    list_display = ["username", "name", "mobile", "gender", "is_staff", "is_active", "date_joined"]
    list_filter = [
        "is_staff", "is_active", "gender", ("social_auth__provider", ProviderFilter), "groups",
    ]  # fmt: skip
    search_fields = ["username", "name", "mobile", "email", "social_auth__uid"]
    ordering = ["-date_joined"]
    inlines = [SocialAccountInline]
    actions = ["deactivate"]
    fieldsets = [
        *(UserAdmin.fieldsets or ()),
        (_("Shop"), {"fields": ["name", "mobile", "gender", "birthday"]}),
    ]
    add_fieldsets = [
        *UserAdmin.add_fieldsets,
        (_("Shop"), {"fields": ["name", "mobile"]}),
    ]

    @admin.action(permissions=["change"], description=_("Deactivate accounts"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[UserProfile]) -> None:
        """For those who leave: what they ordered keeps their account from being deleted."""
        assert request.user.pk is not None
        others = queryset.filter(is_active=True).exclude(pk=request.user.pk)
        changed = list(others)
        if not request.user.is_superuser:
            # Who may change users need not be one who locks the shop's owners out.
            changed = [user for user in changed if not user.is_superuser]
        count = accounts_deactivate(user_ids=[user.pk for user in changed])
        for user in changed:
            self.log_change(request, user, gettext("Deactivated."))
        text = ngettext(
            "%(count)d account was deactivated.", "%(count)d accounts were deactivated.", count
        ) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say what protects an account, rather than that nobody may delete that."""
        found, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return found, counts, set() if protected else perms_needed, protected

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        may_deactivate = {"may_deactivate": self.has_change_permission(request)}
        return super().delete_view(request, object_id, {**may_deactivate, **(extra_context or {})})

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
