"""What `manage.py check --deploy` says about the accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from .backends import GuardedBackend


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


@register(Tags.security)
def backends_are_guarded(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A backend that compares passwords by itself could be guessed at without a limit."""
    unguarded = [
        path
        for path in settings.AUTHENTICATION_BACKENDS
        if issubclass(backend := import_string(path), ModelBackend)
        and not issubclass(backend, GuardedBackend)
    ]
    return [
        Error(
            _("%(path)s compares passwords without a limit.") % {"path": path},
            hint=_("Derive it from apps.users.backends.GuardedBackend."),
            id="users.E001",
        )
        for path in unguarded
    ]
