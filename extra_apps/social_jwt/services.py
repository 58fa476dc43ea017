import time

from social_core.backends.oauth import BaseOAuth2
from social_django.models import Nonce, UserSocialAuth


def social_states_purge() -> int:
    """Forget used states that have expired anyway; return how many. Safe at any time."""
    expired = Nonce.objects.filter(timestamp__lt=time.time() - 2 * BaseOAuth2.STATE_LIFETIME)
    purged, _per_model = expired.delete()
    return purged


def social_identities_remove(*, user_id: int) -> None:
    """Cut a user off from every identity at a provider, which may make a new account then.

    Within the transaction of the caller's, who has locked the user's row.
    """
    UserSocialAuth.objects.filter(user_id=user_id).delete()
