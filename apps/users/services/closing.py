"""Closing an account at its owner's wish (docs/accounts.md says what is erased and kept)."""

import secrets

from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from extra_apps.idempotency.services import idempotency_records_forget
from extra_apps.social_jwt.services import social_identities_remove
from utils.api.errors import DomainError
from utils.db.staff_history import history_forget
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import KnownAddress, RevokedLogin, UserProfile, VerifyCode
from ..signals import account_closing, account_erasing
from .codes import verify_code_try, verify_code_use
from .locks import AccountClosedError, account_lock_open
from .passwords import password_tries_forget


class StaffAccountError(DomainError):
    """Staff leave by the administration; nothing was changed."""

    message = _("An account of staff cannot be closed this way.")


class NoMobileError(DomainError):
    """There is no mobile to which a code could have been sent; nothing was changed."""

    message = _("Add a mobile number to the account first: the code is sent to it.")


def account_close(*, account: UserProfile, code: str, address: str) -> None:
    """Close an account and erase what is personal in it; its orders and payments stay.

    ``code`` is one of the purpose ``close_account``, sent to the account's mobile; ``address`` is
    utils.limits.client_address. All tokens,
    sessions and social identities end, and the mobile may register again, as a new account. Files
    go after the commit. The receivers of ``account_erasing`` erase what other apps keep.

    Raises StaffAccountError; NoMobileError; CodeWrongError; CodeExpiredError; AccountClosedError
    when another request was first; and whatever DomainError a receiver refuses with, after which
    the code is as good as before, but for one try. Call it outside of any transaction.
    """
    if account.is_staff or account.is_superuser:
        raise StaffAccountError
    if not account.mobile:
        raise NoMobileError
    verify_code = verify_code_try(
        mobile=account.mobile,
        purpose=VerifyCode.Purpose.CLOSE_ACCOUNT,
        code=code,
        address=address,
    )
    _close(account.pk, account.mobile, verify_code)


@atomic_retry_on_deadlock
def _close(user_id: int, mobile: str, verify_code: VerifyCode) -> None:
    account_closing.send(UserProfile, user_id=user_id)
    account_lock_open(user_id=user_id)
    verify_code_use(verify_code)
    account_erasing.send(UserProfile, user_id=user_id)
    social_identities_remove(user_id=user_id)
    RevokedLogin.objects.filter(user_id=user_id).delete()
    VerifyCode.objects.filter(mobile=mobile).delete()
    KnownAddress.objects.filter(account_id=user_id).delete()
    password_tries_forget(account_id=user_id)
    history_forget(model=UserProfile, keys=[user_id])
    _empty(user_id, mobile)
    # Last: the row of a key is the last that a transaction locks (extra_apps.idempotency).
    idempotency_records_forget(user_id=user_id)


def _empty(user_id: int, mobile: str) -> None:
    """Leave of the row what orders and payments hang on: its key."""
    for through in (UserProfile.groups.through, UserProfile.user_permissions.through):
        through.objects.filter(userprofile_id=user_id).delete()
    # The mobile is the one that the code was sent to, and nobody became staff meanwhile.
    account = UserProfile.objects.filter(
        pk=user_id, mobile=mobile, is_staff=False, is_superuser=False
    )
    emptied = account.update(
        # Not made of the old one, and such that nobody can have taken it before.
        username=f"closed-{secrets.token_hex(8)}",
        password=make_password(None),
        name="",
        first_name="",
        last_name="",
        email="",
        mobile=None,
        birthday=None,
        gender=UserProfile.Gender.FEMALE,  # the default: it says nothing
        last_login=None,
        is_active=False,
        closed_at=timezone.now(),
        login_epoch=F("login_epoch") + 1,
    )
    if not emptied:
        raise AccountClosedError
