"""Social accounts are shown with their user; social-auth's own tables need no pages."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from social_django.models import Association, Nonce, UserSocialAuth

for model in (Association, Nonce, UserSocialAuth):
    admin.site.unregister(model)


# What buyers call the providers.
PROVIDERS = {"weixin": _("WeChat"), "weibo": _("Weibo"), "qq": "QQ"}


def provider_name(provider: str) -> str:
    return str(PROVIDERS.get(provider, provider))


class ProviderFilter(admin.AllValuesFieldListFilter):
    """For users: who signs in where. social-auth has no words for its fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("sign-in with a provider")

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            # "weixin", or with facets "weixin (3)"
            provider, space, count = str(choice["display"]).partition(" ")
            yield {**choice, "display": f"{provider_name(provider)}{space}{count}"}


class SocialAccountInline(admin.TabularInline):
    """A user's identities at the providers: to be read, or cut off."""

    model = UserSocialAuth
    verbose_name = _("sign-in with a provider")
    verbose_name_plural = _("sign-ins with providers")
    fields = ["at", "identity", "since"]
    readonly_fields = ["at", "identity", "since"]
    extra = 0

    @admin.display(description=_("provider"))
    def at(self, account: UserSocialAuth) -> str:
        return provider_name(account.provider)

    @admin.display(description=_("identity there"))
    def identity(self, account: UserSocialAuth) -> str:
        return str(account.uid)

    @admin.display(description=_("since"))
    def since(self, account: UserSocialAuth) -> datetime:
        return account.created

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
