import time

from social_core.backends.oauth import BaseOAuth2
from social_django.models import Nonce


def social_states_purge() -> int:
    """Forget used states that have expired anyway; return how many. Safe at any time."""
    expired = Nonce.objects.filter(timestamp__lt=time.time() - 2 * BaseOAuth2.STATE_LIFETIME)
    purged, _per_model = expired.delete()
    return purged
