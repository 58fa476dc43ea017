"""What `manage.py check` says about the accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from .backends import GuardedBackend


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
            f"{path} compares passwords without a limit.",
            hint="Derive it from apps.users.backends.GuardedBackend.",
            id="users.E001",
        )
        for path in unguarded
    ]
