"""What `manage.py check --deploy` says about the accounts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.utils.translation import gettext as _


@register(Tags.security, deploy=True)
def sms_backend_sends(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.SMS_BACKEND != "console":
        return []
    return [
        Warning(
            _("SMS_BACKEND is console: codes go to the log, where whoever reads it can log in."),
            hint="SMS_BACKEND=yunpian, YUNPIAN_API_KEY=...",
            id="users.W001",
        )
    ]
