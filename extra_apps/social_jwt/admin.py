"""Social accounts are shown with their user; social-auth's own tables need no pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from social_django.models import Association, Nonce, UserSocialAuth

for model in (Association, Nonce, UserSocialAuth):
    admin.site.unregister(model)


class SocialAccountInline(admin.TabularInline):
    """A user's identities at the providers: to be read, or cut off."""

    model = UserSocialAuth
    fields = ["provider", "uid", "created"]
    readonly_fields = ["provider", "uid", "created"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
