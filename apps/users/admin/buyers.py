from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from extra_apps.social_jwt.admin import ProviderFilter, SocialAccountInline
from utils.admin.base import is_superuser

from ..models import STAFF, Buyer
from .accounts import AccountAdmin
from .block_page import BlockPage
from .panels import panels_of


@admin.register(Buyer)
class BuyerAdmin(BlockPage, AccountAdmin):
    """Buyers. Nothing here tells who is staff, makes somebody staff, or sets a password.

    Buyers register themselves, and set a new password by SMS. Whoever sets the mobile of an
    account can therefore open it, which is why that is for superusers. Below the form stands
    what the other apps know of the buyer (panels.py).
    """

    change_form_template = "admin/users/buyer/change_form.html"

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
        log_in_fields = () if is_superuser(request) else ("username", "mobile")
        return [*self.readonly_fields, *log_in_fields]

    class Media:
        css = {"all": ["trade/admin.css", "users/panels.css"]}

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "panels": panels_of(request, obj),
            "may_block": self.has_change_permission(request, obj),
        }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
