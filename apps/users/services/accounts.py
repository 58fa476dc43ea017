"""Accounts: every write that a verification code allows, and their end."""

from typing import Any

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db.transactions import atomic_retry_on_deadlock
from utils.journal.tracking import changes_journaled

from ..models import STAFF, UserProfile, VerifyCode
from .codes import verify_code_try, verify_code_use
from .known_addresses import address_known_hash, address_remember, addresses_forget
from .locks import AccountClosedError
from .passwords import LoginClosedError

Purpose = VerifyCode.Purpose


class MobileTakenError(DomainError):
    """An account has this mobile, as its mobile or as its username."""

    field = "mobile"
    message = _("This user already exists.")


class AccountUnknownError(DomainError):
    """No account that may do this has this mobile."""

    field = "mobile"
    message = _("There is no such user.")


class LoginRefusedError(DomainError):
    """No active account has this name and password, or this mobile; the text does not say which."""

    field = "non_field_errors"
    # DRF's text, which its own catalogue has in Chinese.
    message = _("Unable to log in with provided credentials.")


def mobile_is_taken(*, mobile: str, except_for: UserProfile | None = None) -> bool:
    others = UserProfile.objects.filter(Q(mobile=mobile) | Q(username=mobile))
    if except_for is not None:
        others = others.exclude(pk=except_for.pk)
    return others.exists()


def account_of_mobile(*, mobile: str) -> UserProfile:
    """Return the active account that a code may open; raises AccountUnknownError.

    Never one of staff: a few digits are a weak key to the administration.
    """
    account = _account_for_codes(mobile)
    if account is None:
        raise AccountUnknownError
    return account


def purpose_check(*, mobile: str, purpose: str) -> None:
    """Raise MobileTakenError or AccountUnknownError when no code makes sense."""
    if purpose in (Purpose.REGISTER, Purpose.CHANGE_MOBILE):
        if mobile_is_taken(mobile=mobile):
            raise MobileTakenError
    else:
        account_of_mobile(mobile=mobile)


def account_register(*, mobile: str, code: str, password: str, address: str) -> UserProfile:
    """Make the account of a mobile whose owner knows the code sent to it.

    ``password`` has passed the validators; ``address`` is the client's. Raises
    MobileTakenError of ``username`` (the code stays good), CodeWrongError, CodeExpiredError.
    """
    if mobile_is_taken(mobile=mobile):
        raise MobileTakenError(field="username")
    verify_code = verify_code_try(
        mobile=mobile, purpose=Purpose.REGISTER, code=code, address=address
    )
    try:
        account = _account_make(verify_code, mobile, password)
    except IntegrityError as error:
        raise MobileTakenError(field="username") from error
    address_remember(account=account, address=address)
    return account


@atomic_retry_on_deadlock
def _account_make(verify_code: VerifyCode, mobile: str, password: str) -> UserProfile:
    verify_code_use(verify_code)
    return UserProfile.objects.create_user(username=mobile, mobile=mobile, password=password)


def account_code_login(
    *, mobile: str, code: str, address: str, only_known: bool = False
) -> UserProfile:
    """Return the account that a code opens.

    With ``only_known`` an ``address`` that the account does not know is refused. Raises
    LoginRefusedError, CodeWrongError, CodeExpiredError, LoginClosedError.
    """
    account = _account_for_codes(mobile)
    if account is None:
        raise LoginRefusedError
    if only_known and address_known_hash(account_id=account.pk, address=address) is None:
        raise LoginClosedError
    verify_code_use(
        verify_code_try(mobile=mobile, purpose=Purpose.LOGIN, code=code, address=address)
    )
    address_remember(account=account, address=address)
    return account


def account_reset_password(*, account: UserProfile, code: str, password: str, address: str) -> None:
    """Give ``account`` a new password, after which its older tokens and sessions are dead.

    Of the addresses it knew, it knows ``address`` alone afterwards: whoever resets a password
    may do so because of somebody else who logged in. Raises CodeWrongError,
    CodeExpiredError, AccountClosedError.
    """
    assert account.mobile is not None
    verify_code = verify_code_try(
        mobile=account.mobile, purpose=Purpose.RESET, code=code, address=address
    )
    account.set_password(password)
    _password_reset(account, verify_code)
    address_remember(account=account, address=address)


@atomic_retry_on_deadlock
def _password_reset(account: UserProfile, verify_code: VerifyCode) -> None:
    verify_code_use(verify_code)
    if not _open(account).update(password=account.password):
        raise AccountClosedError
    addresses_forget(account=account)


def account_update(
    *, account: UserProfile, changes: dict[str, Any], code: str | None, address: str
) -> None:
    """Change what ``changes`` names: name, birthday, gender, email, mobile.

    A new mobile needs the ``code`` sent to it, and becomes the username too where the old
    one was: numbers are given to other people, who must be able to register. Raises
    MobileTakenError, CodeWrongError, CodeExpiredError, AccountClosedError, having changed nothing.
    """
    wanted = changes.get("mobile")
    if wanted and mobile_is_taken(mobile=wanted, except_for=account):
        raise MobileTakenError
    changes = {name: value for name, value in changes.items() if value != getattr(account, name)}
    if not changes:
        return
    mobile = changes.get("mobile")
    verify_code = None
    if mobile is not None:
        verify_code = verify_code_try(
            mobile=mobile, purpose=Purpose.CHANGE_MOBILE, code=code or "", address=address
        )
        if account.username == account.mobile:
            changes["username"] = mobile
    try:
        _change(account, changes, verify_code)
    except IntegrityError as error:
        raise MobileTakenError from error
    for name, value in changes.items():
        setattr(account, name, value)


@atomic_retry_on_deadlock
def _change(account: UserProfile, changes: dict[str, Any], verify_code: VerifyCode | None) -> None:
    if verify_code is not None:
        verify_code_use(verify_code)
    # Not on the object of the request, which must not look changed when this fails.
    if not _open(account).update(**changes):
        raise AccountClosedError


def account_set_active(*, account: UserProfile, is_active: bool) -> bool:
    """Let an account log in, or no more; return whether that was news.

    For staff; a closed account stays closed. Who is shut out is logged out everywhere: tokens and
    sessions of before do not come back with the account. ``account`` is written only while it has
    the staff and superuser status with which it was read: who may block buyers must not block one
    who has become staff since.
    """
    same = UserProfile.objects.filter(
        pk=account.pk,
        closed_at__isnull=True,
        is_staff=account.is_staff,
        is_superuser=account.is_superuser,
    )
    changes: dict[str, Any] = {"is_active": is_active}
    if not is_active:
        changes["login_epoch"] = F("login_epoch") + 1
    others = same.exclude(is_active=is_active)
    with changes_journaled(others, ["is_active"]):
        return bool(others.update(**changes))


def _account_for_codes(mobile: str) -> UserProfile | None:
    """Return the active account of a buyer with this mobile."""
    accounts = UserProfile.objects.filter(mobile=mobile, is_active=True)
    return accounts.exclude(STAFF).first()


def _open(account: UserProfile) -> QuerySet[UserProfile]:
    """Return the account's row, unless it was closed meanwhile: nothing is written there then."""
    return UserProfile.objects.filter(pk=account.pk, closed_at__isnull=True)
