"""Accounts: every write that a verification code allows, and their end."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from ..models import STAFF, UserProfile, VerifyCode
from .codes import verify_code_try, verify_code_use

Purpose = VerifyCode.Purpose


class MobileTakenError(Exception):
    """An account has this mobile, as its mobile or as its username."""


class AccountUnknownError(Exception):
    """No account that may do this has this mobile."""


def mobile_is_taken(*, mobile: str, except_for: UserProfile | None = None) -> bool:
    others = UserProfile.objects.filter(Q(mobile=mobile) | Q(username=mobile))
    if except_for is not None:
        others = others.exclude(pk=except_for.pk)
    return others.exists()


def account_of_mobile(*, mobile: str) -> UserProfile:
    """Return the active account that a code may open; raises AccountUnknownError.

    Never one of staff: four digits are a weak key to the administration.
    """
    accounts = UserProfile.objects.filter(mobile=mobile, is_active=True).exclude(STAFF)
    account = accounts.first()
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


def account_register(*, mobile: str, code: str, password: str) -> UserProfile:
    """Make the account of a mobile whose owner knows the code sent to it.

    ``password`` has passed the validators. Raises MobileTakenError (the code stays good),
    CodeWrongError, CodeExpiredError.
    """
    verify_code = verify_code_try(mobile=mobile, purpose=Purpose.REGISTER, code=code)
    try:
        with transaction.atomic():
            verify_code_use(verify_code)
            return UserProfile.objects.create_user(
                username=mobile, mobile=mobile, password=password
            )
    except IntegrityError as error:
        raise MobileTakenError from error


def account_code_login(*, mobile: str, code: str) -> UserProfile:
    """Return the account that a code opens.

    Raises AccountUnknownError, CodeWrongError, CodeExpiredError.
    """
    account = account_of_mobile(mobile=mobile)
    verify_code_use(verify_code_try(mobile=mobile, purpose=Purpose.LOGIN, code=code))
    return account


def account_reset_password(*, account: UserProfile, code: str, password: str) -> None:
    """Give ``account`` a new password, after which its older tokens and sessions are dead.

    Raises CodeWrongError, CodeExpiredError.
    """
    assert account.mobile is not None
    verify_code = verify_code_try(mobile=account.mobile, purpose=Purpose.RESET, code=code)
    with transaction.atomic():
        verify_code_use(verify_code)
        account.set_password(password)
        account.save(update_fields=["password"])


def account_update(*, account: UserProfile, changes: dict[str, Any], code: str | None) -> None:
    """Change what ``changes`` names: name, birthday, gender, email, mobile.

    A new mobile needs the ``code`` sent to it, and becomes the username too where the old
    one was: numbers are given to other people, who must be able to register. Raises
    MobileTakenError, CodeWrongError, CodeExpiredError, having changed nothing.
    """
    changes = {name: value for name, value in changes.items() if value != getattr(account, name)}
    if not changes:
        return
    mobile = changes.get("mobile")
    verify_code = None
    if mobile is not None:
        verify_code = verify_code_try(mobile=mobile, purpose=Purpose.CHANGE_MOBILE, code=code or "")
        if account.username == account.mobile:
            changes["username"] = mobile
    try:
        with transaction.atomic():
            if verify_code is not None:
                verify_code_use(verify_code)
            # Not on the object of the request, which must not look changed when this fails.
            UserProfile.objects.filter(pk=account.pk).update(**changes)
    except IntegrityError as error:
        raise MobileTakenError from error
    for name, value in changes.items():
        setattr(account, name, value)


def account_set_active(*, account: UserProfile, is_active: bool) -> bool:
    """Let an account log in and use its tokens, or no more; return whether that was news.

    For staff. ``account`` is written only while it has the staff and superuser status with
    which it was read: who may block buyers must not block one who has become staff since.
    """
    same = UserProfile.objects.filter(
        pk=account.pk, is_staff=account.is_staff, is_superuser=account.is_superuser
    )
    return bool(same.exclude(is_active=is_active).update(is_active=is_active))
