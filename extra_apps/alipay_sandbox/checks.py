"""The local gateway is for development: with DEBUG off, Django refuses to start with it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

NEEDS_DEBUG = "alipay_sandbox.E001"


@register(Tags.security)
def debug_is_on(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG:
        return []
    return [
        Error(
            "extra_apps.alipay_sandbox is installed while DEBUG is off: "
            "anybody could pay with nothing.",
            hint="Take it out of INSTALLED_APPS; ALIPAY_GATEWAY=local needs DEBUG=true.",
            id=NEEDS_DEBUG,
        )
    ]
