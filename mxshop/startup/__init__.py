"""What stops a start: settings with which a shop would be insecure, unreachable or broken.

``refuse_dangers`` runs at the end of the settings, so that nothing starts with them: neither
the web server nor the jobs nor ``manage.py``. Each rule yields one line per fault, which names
the variable, says what is wrong and what to write. A line never quotes a secret.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from utils.config.environment import Environment

from . import access, media, payments, services
from .allowances import ALLOWANCES, FOREIGN_VARIABLES
from .files import folder_made, kept, static_folders

__all__ = [
    "ALLOWANCES", "FOREIGN_VARIABLES", "folder_made", "kept", "refuse_dangers",
    "static_folders",
]  # fmt: skip

RULES = (*access.RULES, *services.RULES, *media.RULES, *payments.RULES)


def refuse_dangers(env: Environment, settings: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured with every fault of ``settings``, one line each."""
    shop = SimpleNamespace(**settings)
    for rule in RULES:
        for line in rule(shop):
            env.fault(line)
    env.refuse()
