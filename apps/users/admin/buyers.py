from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from extra_apps.social_jwt.admin import ProviderFilter, SocialAccountInline
from utils.admin.base import is_superuser

from ..models import STAFF, Buyer
from .accounts import AccountAdmin


@admin.register(Buyer)
class BuyerAdmin(AccountAdmin):
    """Buyers. Nothing here tells who is staff, makes somebody staff, or sets a password.

    Buyers register themselves, and set a new password by SMS. Whoever sets the mobile of an
    account can therefore open it, which is why that is for superusers.
    """

    list_display = ["username", "name", "mobile", "gender", "is_active", "date_joined"]
    list_filter = ["is_active", "gender", ("social_auth__provider", ProviderFilter)]
    search_fields = ["username", "name", "mobile", "email", "social_auth__uid"]
    inlines = [SocialAccountInline]
    fields = [
        "username", "mobile", "name", "gender", "birthday", "email", "is_active", "last_login",
        "date_joined",
    ]  # fmt: skip
    readonly_fields = ["is_active", "last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Buyer]:
        return super().get_queryset(request).exclude(STAFF)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        doors = () if is_superuser(request) else ("username", "mobile")
        return [*self.readonly_fields, *doors]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
