from typing import Any

from django.conf import settings
from social_core.backends.oauth import BaseOAuth2
from social_core.backends.utils import load_backends
from social_django.models import Nonce, UserSocialAuth

from utils.db import clock
from utils.db.batches import delete_in_batches


def social_providers() -> list[str]:
    """Return the names of the providers that have a key, in the order of the settings."""
    names: Any = load_backends(settings.AUTHENTICATION_BACKENDS)
    return [name for name in names if getattr(settings, f"SOCIAL_AUTH_{name.upper()}_KEY", "")]


def social_states_purge(*, seconds: float | None = None) -> int:
    """Forget used states that have expired anyway; return how many. Safe at any time.

    After ``seconds`` the rest is left.
    """
    end = clock.database_now().timestamp() - 2 * BaseOAuth2.STATE_LIFETIME
    return delete_in_batches(Nonce.objects.filter(timestamp__lt=end), seconds=seconds)


def social_identities_remove(*, user_id: int) -> None:
    """Cut a user off from every identity at a provider, which may make a new account then.

    Within the transaction of the caller's, who has locked the user's row.
    """
    UserSocialAuth.objects.filter(user_id=user_id).delete()
