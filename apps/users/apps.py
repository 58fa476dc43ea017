from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "apps.users"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from . import checks, tokens  # noqa: F401  (registers checks and the OpenAPI scheme)
