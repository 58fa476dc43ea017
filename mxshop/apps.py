from django.apps import AppConfig


class MxShopConfig(AppConfig):
    """The project itself, an app for the sake of its checks."""

    name = "mxshop"
    verbose_name = "MxShop"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
