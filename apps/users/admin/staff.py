from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from extra_apps.social_jwt.admin import SocialAccountInline
from utils.admin.base import ShopModelAdmin, SuperusersOnly
from utils.admin.permission_fields import PermissionsField, permissions_shown, with_hidden
from utils.admin.shown_values import ShownValuesMixin

from ..models import STAFF, StaffAccount
from .accounts import AccountAdmin

# Who takes these from himself may find nobody who gives them back.
FLAGS = ("is_active", "is_staff", "is_superuser")


def _roles_field() -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        queryset=Group.objects.order_by("pk"), required=False, label=_("roles"),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class StaffAddForm(UserCreationForm):
    """Who, in which roles, with which password: all that it takes to begin."""

    groups = _roles_field()

    class Meta:
        model = StaffAccount
        fields = ("username", "name", "mobile", "groups")


class StaffChangeForm(ShownValuesMixin, UserChangeForm):
    groups = _roles_field()
    user_permissions = PermissionsField(
        queryset=Permission.objects.none(), required=False, label=_("besides"),
        help_text=_("What this person may do besides what the roles allow."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user_permissions" in self.fields:
            field: Any = self.fields["user_permissions"]
            field.queryset = permissions_shown()

    def clean_user_permissions(self) -> Any:
        chosen = self.cleaned_data["user_permissions"]
        return with_hidden(chosen, self.instance.user_permissions.all())


@admin.register(StaffAccount)
class StaffAccountAdmin(SuperusersOnly, AccountAdmin, UserAdmin):
    """Who works here, with which roles; passwords and flags too. For superusers."""

    list_display = ["username", "name", "mobile", "is_superuser", "is_active", "last_login"]
    list_filter = ["is_active", "is_superuser", "groups"]
    search_fields = ["username", "name", "mobile", "email"]
    inlines = [SocialAccountInline]
    form = StaffChangeForm
    add_form = StaffAddForm
    add_form_template = None  # Django's says that there is more to edit, which there is not
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "mobile", "email"]}),
        (_("What they may do"), {"fields": ["groups", *FLAGS]}),
        (_("Besides the roles"), {"fields": ["user_permissions"], "classes": ["collapse"]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "name", "groups", "password1", "password2", "mobile"]}),
    ]

    class Media:
        css = {"all": ["users/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAccount]:
        return super().get_queryset(request).filter(STAFF)

    def get_readonly_fields(self, request: HttpRequest, obj: StaffAccount | None = None) -> Any:
        own = FLAGS if obj is not None and obj.pk == request.user.pk else ()
        return [*self.readonly_fields, *own]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # Not Django's two boxes beside each other, nor its texts for them.
        own: Any = StaffChangeForm.base_fields
        return own.get(db_field.name) or super().formfield_for_manytomany(
            db_field, request, **kwargs
        )

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        # To the list, where Django would go on to the page of the account.
        return ShopModelAdmin.response_add(self, request, obj, post_url_continue)

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
