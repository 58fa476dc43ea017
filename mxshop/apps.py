from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MxShopConfig(AppConfig):
    """The project itself, an app for the sake of its checks."""

    name = "mxshop"
    verbose_name = _("System")

    def ready(self) -> None:
        from utils.admin.icons import icons_translate

        from . import checks  # noqa: F401  (registers itself)
        from .wiring import wire

        icons_translate()
        wire()
