"""Accounts of buyers and staff."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.api.mobile import validate_mobile


class MobileField(models.CharField):
    """A mobile number, unique when set: an empty one is stored as NULL."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(value or None, connection)


class UserProfile(AbstractUser):
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

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        # No page shows both kinds of accounts: permissions are those of Buyer and StaffAccount.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="user_mobile_not_empty", condition=~models.Q(mobile="")),
            models.CheckConstraint(
                name="user_gender_known", condition=models.Q(gender__in=["male", "female"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username


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

    mobile = models.CharField(_("mobile"), max_length=11)
    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose.choices)
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(
        _("tries"), default=0, help_text=_("How often a code was compared with this one.")
    )
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
        return f"{self.mobile} {self.purpose}"


class CodeQuota(models.Model):
    """How many codes somebody had sent in the running window: a mobile number, or an address.

    Moved by one conditional UPDATE in services.codes alone, so that of parallel requests
    no more get through than may.
    """

    # "mobile:13800000001" or "address:203.0.113.7"
    subject = models.CharField(max_length=60, unique=True)
    count = models.PositiveIntegerField(default=0)
    window_start = models.DateTimeField()
    last_time = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["window_start"], name="quota_by_time")]

    def __str__(self) -> str:
        return self.subject
