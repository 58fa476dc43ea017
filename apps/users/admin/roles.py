from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group

from utils.admin.base import ShopModelAdmin, SuperusersOnly

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(SuperusersOnly, ShopModelAdmin, GroupAdmin):
    """Roles: who could change his own would give himself every permission."""
