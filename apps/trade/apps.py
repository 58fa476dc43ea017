from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradeConfig(AppConfig):
    name = "apps.trade"
    verbose_name = _("Cart, orders, payments")

    def ready(self) -> None:
        from . import signals  # noqa: F401  (connects the receivers)
