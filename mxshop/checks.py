"""System checks of the project as a whole: ``manage.py check --deploy``."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.caches, deploy=True)
def shared_cache(**kwargs: Any) -> list[CheckMessage]:
    """Several processes need one cache: limits would multiply, edits would show late."""
    if "locmem" not in settings.CACHES["default"]["BACKEND"]:
        return []
    return [
        Warning(
            "REDIS_URL is not set: every process keeps a cache of its own.",
            hint="Set REDIS_URL when the shop runs in more than one process.",
            id="mxshop.W001",
        )
    ]
