"""Passwords: the old one, by which a caller proves to be the owner, and the new one."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError

from ..models import UserProfile
from .known_addresses import address_remember, addresses_forget
from .passwords import password_matches


class OldPasswordWrongError(DomainError):
    """The old password is not the account's; nothing was changed."""

    field = "old_password"
    message = _("The old password is wrong.")


def old_password_check(
    *, account: UserProfile, password: str, address: str, only_known: bool = False
) -> None:
    """Raise OldPasswordWrongError unless ``password`` is that of the account.

    A token may be stolen: wrong passwords count like those of a log-in, so PasswordTriesError is
    raised when there were too many. ``address`` and ``only_known`` are those of
    passwords.password_matches(), which may raise LoginClosedError.
    """
    is_right = password_matches(
        account=account, password=password, address=address, only_known=only_known
    )
    if not is_right:
        raise OldPasswordWrongError


def account_change_password(*, account: UserProfile, password: str, address: str) -> None:
    """Give ``account`` a new password, after which its older tokens and sessions are over.

    ``password`` has passed the validators, and the old one was checked on this very ``account``:
    if the password has changed since, or the account is closed, OldPasswordWrongError is raised.
    Of the addresses it knew, the account knows ``address`` alone afterwards.
    """
    new = make_password(password)
    as_checked = UserProfile.objects.filter(
        pk=account.pk, password=account.password, closed_at__isnull=True
    )
    if not as_checked.update(password=new):
        raise OldPasswordWrongError
    account.password = new
    addresses_forget(account=account)
    address_remember(account=account, address=address)
