from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlipaySandboxConfig(AppConfig):
    """A gateway on this machine that speaks Alipay's protocol and moves no money.

    Settings: ALIPAY_SANDBOX, see conf.py. Works under DEBUG alone (checks.py).
    """

    name = "extra_apps.alipay_sandbox"
    verbose_name = _("local Alipay gateway")

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
