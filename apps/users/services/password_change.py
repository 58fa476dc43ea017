"""Passwords: the old one, by which a caller proves to be the owner, and the new one."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError

from ..models import UserProfile


class OldPasswordWrongError(DomainError):
    """It is not the account's password; nothing was changed."""

    field = "old_password"
    message = _("The old password is wrong.")


def old_password_check(*, account: UserProfile, password: str) -> None:
    """Raise OldPasswordWrongError unless ``password`` is that of the account.

    Whoever calls it counts the guesses: a token may be stolen.
    """
    if not account.check_password(password):
        raise OldPasswordWrongError


def account_change_password(*, account: UserProfile, password: str) -> None:
    """Give ``account`` a new password, after which its older tokens and sessions are over.

    ``password`` has passed the validators, and the old one was checked on this very ``account``:
    if the password has changed since, or the account is closed, OldPasswordWrongError is raised.
    """
    new = make_password(password)
    as_checked = UserProfile.objects.filter(
        pk=account.pk, password=account.password, closed_at__isnull=True
    )
    if not as_checked.update(password=new):
        raise OldPasswordWrongError
    account.password = new
