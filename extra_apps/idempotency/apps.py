from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdempotencyConfig(AppConfig):
    """Requests that may be repeated without their work being done again: decorators.py."""

    name = "extra_apps.idempotency"
    verbose_name = _("idempotency keys")
