"""The end of log-ins: of one, or of all that an account has."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from utils.db import clock
from utils.db.batches import delete_in_batches

from ..models import RevokedLogin, UserProfile

# How much longer a log-in is remembered than its last token can live: whatever the clocks of two
# machines, and a refresh that was under way, may add.
MARGIN = timedelta(days=1)


def login_end(*, user_id: int, login_id: str) -> None:
    """End one log-in: its token, and every token refreshed from it, is 401 from now on.

    ``login_id`` is that of tokens.token_login_id(). May be repeated.
    """
    lifetime: Any = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
    expires_at = timezone.now() + lifetime + MARGIN
    row = RevokedLogin(user_id=user_id, login_id=login_id, expires_at=expires_at)
    RevokedLogin.objects.bulk_create([row], ignore_conflicts=True)


def logins_end_all(*, user_id: int) -> None:
    """End every token and every session that the account has now."""
    account = UserProfile.objects.filter(pk=user_id)
    account.update(login_epoch=F("login_epoch") + 1, version=F("version") + 1)


def revoked_logins_purge(*, seconds: float | None = None) -> int:
    """Forget log-ins whose tokens have all expired; return how many. Safe at any time.

    After ``seconds`` the rest is left.
    """
    over = RevokedLogin.objects.filter(expires_at__lt=clock.database_now())
    return delete_in_batches(over, seconds=seconds)
