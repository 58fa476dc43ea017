"""The setting ALIPAY_SANDBOX, read anew at every use, so that tests can change it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .certificates import certificate_number, root_numbers
from .checks import NEEDS_DEBUG


@dataclass(frozen=True, kw_only=True)
class SandboxConf:
    """ALIPAY_SANDBOX: the upper-case keys of the dictionary, as attributes.

    ``app_id``, ``seller_id``: the one merchant, as Alipay would number it.
    ``merchant_public_key``: PEM; verifies what the merchant sends.
    ``private_key``: PEM; signs what the gateway sends.
    ``app_cert``, ``root_cert``, ``public_cert``: PEM; the merchant's certificate, the roots and
    the gateway's certificate, where the application is in certificate mode.
    ``notify_speedup``: how many times faster than Alipay's the notices are repeated
    (60: after 4, 10, 10 s, 1, 2, 6, 15 min).
    ``notify_timeout``: seconds that a notice waits for its answer.
    ``notify_in_background``: a thread of this process sends notices; else only
    ``manage.py alipay_sandbox_notify`` does.
    """

    app_id: str
    seller_id: str
    merchant_public_key: str
    private_key: str
    app_cert: str = ""
    root_cert: str = ""
    public_cert: str = ""
    notify_speedup: float = 60.0
    notify_timeout: float = 5.0
    notify_in_background: bool = True

    @property
    def serials(self) -> dict[str, str]:
        """What every request must say in certificate mode; nothing in the other."""
        if not self.app_cert:
            return {}
        return {
            "app_cert_sn": certificate_number(self.app_cert),
            "alipay_root_cert_sn": root_numbers(self.root_cert),
        }


def sandbox_conf() -> SandboxConf:
    """Return the settings; raises ImproperlyConfigured with DEBUG off or a wrong key.

    A production server runs no system checks as it starts, so the check alone would not do.
    """
    if not settings.DEBUG and NEEDS_DEBUG not in settings.SILENCED_SYSTEM_CHECKS:
        raise ImproperlyConfigured("The local Alipay gateway needs DEBUG=true.")
    values: dict[str, Any] = settings.ALIPAY_SANDBOX
    try:
        return SandboxConf(**{name.lower(): value for name, value in values.items()})
    except TypeError as error:
        raise ImproperlyConfigured(f"ALIPAY_SANDBOX: {error}") from error
