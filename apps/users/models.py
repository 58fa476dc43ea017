"""Accounts of buyers and staff."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.api.mobile import validate_mobile
from utils.journal.tracking import JournaledModel, Tracked


class MobileField(models.CharField):
    """A mobile number, unique when set: an empty one is stored as NULL."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(value or None, connection)


class UserProfile(JournaledModel, AbstractUser):
    """A buyer or a member of staff; buyers who register get their mobile as username."""

    class Gender(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    name = models.CharField(_("name"), max_length=30, blank=True, default="")
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    gender = models.CharField(
        _("gender"), max_length=6, choices=Gender.choices, default=Gender.FEMALE
    )
    mobile = MobileField(
        _("mobile"), max_length=11, null=True, blank=True, unique=True,
        validators=[validate_mobile],
        help_text=_("Mainland China, 11 digits; one account per number."),
    )  # fmt: skip
    # Tokens and sessions carry it: those that carry another number are over.
    login_epoch = models.PositiveIntegerField(default=0, editable=False)
    # Moves whenever a transaction locks the row (services.locks): a lock is a write.
    version = models.PositiveBigIntegerField(default=0, editable=False)
    closed_at = models.DateTimeField(
        _("account closed"), null=True, blank=True, editable=False,
        help_text=_("The buyer closed the account; what was personal in it is erased."),
    )  # fmt: skip

    # Who may do what, and who can log in; of a password only that it was set.
    journal = Tracked(
        columns=("username", "mobile", "is_active", "is_staff", "is_superuser", "password"),
        created=("is_staff", "is_superuser"),
        hidden=("password",),
        by_staff=True,
        name="username",
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        # No page shows both kinds of accounts: permissions are those of Buyer and StaffAccount.
        default_permissions = ()
        indexes = [models.Index(fields=["date_joined"], name="account_joined")]
        constraints = [
            models.CheckConstraint(name="user_mobile_not_empty", condition=~models.Q(mobile="")),
            models.CheckConstraint(
                name="user_gender_known", condition=models.Q(gender__in=["male", "female"])
            ),
            # Whatever writes to a closed account later: no person comes back into it.
            models.CheckConstraint(
                name="user_closed_is_empty",
                condition=models.Q(closed_at__isnull=True)
                | models.Q(
                    mobile__isnull=True,
                    name="",
                    first_name="",
                    last_name="",
                    email="",
                    birthday__isnull=True,
                    is_active=False,
                    is_staff=False,
                    is_superuser=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_session_auth_hash(self) -> str:
        """As Django's, which changes with the password; it changes with login_epoch, too."""
        return self._with_epoch(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._with_epoch, super().get_session_auth_fallback_hash())

    def _with_epoch(self, digest: str) -> str:
        # The sessions from before there was an epoch stay good until it moves.
        return f"{digest}:{self.login_epoch}" if self.login_epoch else digest


class RevokedLogin(models.Model):
    """A log-in that was ended: the token that it gave, and those refreshed from it, are over.

    Only services.logins writes it. A row is kept until the last of these tokens has expired.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="revoked_logins"
    )
    login_id = models.CharField(max_length=32, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.login_id[:8]}"


class KnownAddress(models.Model):
    """An address from which somebody proved to own this account, by password or by code.

    Only services.known_addresses reads and writes it. The address is kept as a hash keyed
    with SECRET_KEY, different for each account: it can be recognised, and not read.
    """

    account = models.ForeignKey(
        UserProfile, on_delete=models.CASCADE, related_name="known_addresses"
    )
    address_hash = models.CharField(max_length=64)
    last_time = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "address_hash"], name="known_address_once"),
        ]
        indexes = [models.Index(fields=["last_time"], name="known_address_by_time")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.address_hash[:8]}"


class PasswordBudget(models.Model):
    """The row that is locked while a try at one account's password is counted.

    Only services.passwords reads and writes it, and PasswordTry.
    """

    # "account:12", or "unknown:0a3" for names that no account has
    subject = models.CharField(max_length=60, unique=True)
    last_time = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_time"], name="password_budget_by_time")]

    def __str__(self) -> str:
        return self.subject


class PasswordTry(models.Model):
    """One password that is being compared, or was wrong; a right one's row is deleted."""

    subject = models.CharField(max_length=60)
    # The hash of an address known to the account; empty for all other addresses together.
    pool = models.CharField(max_length=64, blank=True, default="")
    add_time = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "add_time"], name="password_try_recent"),
            models.Index(fields=["add_time"], name="password_try_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.add_time}"


# Whoever has either flag counts as staff: superuser status without staff status is one click
# away from both.
STAFF = models.Q(is_staff=True) | models.Q(is_superuser=True)


class Buyer(UserProfile):
    """An account without any right in the admin, as staff see it. A proxy without a filter.

    The manager is that of all accounts: a mobile must be unique among all of them.
    ``apps.users.admin`` filters by ``STAFF``.
    """

    class Meta:
        proxy = True
        verbose_name = _("buyer")
        verbose_name_plural = _("buyers")
        default_permissions = ("view", "change", "delete")


class StaffAccount(UserProfile):
    """An account with staff or superuser status, as superusers see it. See Buyer."""

    class Meta:
        proxy = True
        verbose_name = _("staff account")
        verbose_name_plural = _("staff accounts")
        default_permissions = ()  # no permission opens this page


class VerifyCode(models.Model):
    """A code sent by SMS, good for one mobile number and one purpose.

    Only services.codes reads and writes it. The code itself is nowhere: ``code_hash`` is
    keyed with SECRET_KEY, because of 10,000 plain hashes each is found at once.
    """

    class Purpose(models.TextChoices):
        REGISTER = "register", _("registration")
        LOGIN = "login", _("log-in")
        RESET = "reset", _("password reset")
        CHANGE_MOBILE = "change_mobile", _("change of mobile")
        CLOSE_ACCOUNT = "close_account", _("closing of the account")

        @property
        def code_length(self) -> int:
            """Return the number of digits: the published clients' registration form takes 4."""
            return 4 if self == type(self).REGISTER else 6

    mobile = models.CharField(_("mobile"), max_length=11)
    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose.choices)
    code_hash = models.CharField(max_length=64)
    # Who asked for it: a keyed hash of the address (services.codes).
    asker_hash = models.CharField(max_length=64, default="")
    tries = models.PositiveSmallIntegerField(
        _("tries"), default=0, help_text=_("How often a code was compared with this one.")
    )
    # The same by who tried: an address known to the account, the asker's, any other.
    known_tries = models.PositiveSmallIntegerField(default=0)
    asker_tries = models.PositiveSmallIntegerField(default=0)
    other_tries = models.PositiveSmallIntegerField(default=0)
    used_time = models.DateTimeField(_("used"), null=True, blank=True)
    add_time = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("verification code")
        verbose_name_plural = _("verification codes")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["mobile", "purpose", "id"], name="code_newest"),
            models.Index(fields=["add_time"], name="code_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.mobile} {self.get_purpose_display()}"


class CodeQuota(models.Model):
    """How many codes were sent in the running window: to a mobile, for an address, by the shop.

    Moved by one conditional UPDATE in services.code_quotas alone, so that of parallel
    requests no more get through than may.
    """

    # "mobile:13800000001", "address:203.0.113.7", "shop:strangers" ... (services.code_quotas)
    subject = models.CharField(max_length=60, unique=True)
    count = models.PositiveIntegerField(default=0)
    window_start = models.DateTimeField()
    last_time = models.DateTimeField(null=True)
    # When staff were told that the window's limit is reached.
    alarm_time = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["window_start"], name="quota_by_time")]

    def __str__(self) -> str:
        return self.subject
