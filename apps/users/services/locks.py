"""Locks on accounts.

Whoever adds a row that belongs to a buyer locks the account first, and finds it open: so that
nothing can come into an account while it is closed, and stay there. The order of locks is a
cart, then accounts by their keys, then orders, then goods.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db import clock
from utils.db.written_once import Given, Read

from ..models import UserProfile


def _open_account() -> QuerySet[UserProfile, tuple[datetime]]:
    account = UserProfile.objects.filter(pk=Given("user_id"), closed_at__isnull=True)
    return account.values_list(clock.database_time())


_OPEN_ACCOUNT_NOW = Read(_open_account)


class AccountClosedError(DomainError):
    """The account was closed while the request was under way; nothing was changed."""

    status = 401
    message = _("The token is invalid or has expired.")


def accounts_lock(*, user_ids: Collection[int]) -> None:
    """Be alone with these accounts until the transaction ends, in the order of their keys."""
    assert transaction.get_connection().in_atomic_block
    UserProfile.objects.filter(pk__in=user_ids).update(version=F("version") + 1)


def account_lock_open(*, user_id: int) -> None:
    """Be alone with an open account until the transaction ends; raises AccountClosedError."""
    assert transaction.get_connection().in_atomic_block
    account = UserProfile.objects.filter(pk=user_id, closed_at__isnull=True)
    if not account.update(version=F("version") + 1):
        raise AccountClosedError


def account_check_open(*, user_id: int) -> None:
    """Raise AccountClosedError unless the account is open.

    The caller has locked it, or what its closing locks before it (the cart).
    """
    if not account_is_open(user_id=user_id):
        raise AccountClosedError


def account_open_now(*, user_id: int) -> datetime:
    """Return the database's time; raises AccountClosedError unless the account is open.

    As account_check_open(), and one query for both.
    """
    now = clock.database_now_if(_OPEN_ACCOUNT_NOW, user_id=user_id)
    if now is None:
        raise AccountClosedError
    return now


def account_is_open(*, user_id: int) -> bool:
    """Return whether nobody has closed the account."""
    return UserProfile.objects.filter(pk=user_id, closed_at__isnull=True).exists()
