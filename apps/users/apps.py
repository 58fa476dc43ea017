from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "apps.users"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from . import tokens  # noqa: F401  (registers the OpenAPI scheme)
