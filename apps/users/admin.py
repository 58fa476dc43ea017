from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from .models import UserProfile


@admin.register(UserProfile)
class UserProfileAdmin(UserAdmin):
    list_display = ["username", "name", "mobile", "gender", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "gender", "groups"]
    search_fields = ["username", "name", "mobile", "email"]
    ordering = ["-date_joined"]
    fieldsets = [
        *(UserAdmin.fieldsets or ()),
        (_("Shop"), {"fields": ["name", "mobile", "gender", "birthday"]}),
    ]
    add_fieldsets = [
        *UserAdmin.add_fieldsets,
        (_("Shop"), {"fields": ["name", "mobile"]}),
    ]
