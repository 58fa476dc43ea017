from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from utils.admin.base import ShopModelAdmin, SuperusersOnly
from utils.admin.permission_fields import PermissionsField, permissions_shown, with_hidden
from utils.admin.shown_values import ShownValuesMixin

admin.site.unregister(Group)


class RoleForm(ShownValuesMixin):
    permissions = PermissionsField(
        queryset=Permission.objects.none(), required=False, label=_("may")
    )

    class Meta:
        model = Group
        fields = ["name", "permissions"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].queryset = permissions_shown()  # type: ignore[attr-defined]

    def clean_permissions(self) -> Any:
        chosen = self.cleaned_data["permissions"]
        return with_hidden(chosen, self.instance.permissions.all()) if self.instance.pk else chosen


@admin.register(Group)
class RoleAdmin(SuperusersOnly, ShopModelAdmin, GroupAdmin):
    """Roles: who could change his own would give himself every permission."""

    form = RoleForm
    filter_horizontal = ()

    class Media:
        css = {"all": ["users/admin.css"]}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # Not Django's two boxes beside each other, nor its texts for them.
        if db_field.name == "permissions":
            return RoleForm.base_fields["permissions"]
        return super().formfield_for_dbfield(db_field, request, **kwargs)
