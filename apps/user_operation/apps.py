from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UserOperationConfig(AppConfig):
    name = "apps.user_operation"
    verbose_name = _("Buyers' own things")

    def ready(self) -> None:
        from . import signals  # noqa: F401  (connects the receivers)
