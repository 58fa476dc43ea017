from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlipaySandboxConfig(AppConfig):
    name = "extra_apps.alipay_sandbox"
    verbose_name = _("local Alipay gateway")
